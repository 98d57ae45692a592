/** The part of noble that Doorstep uses: its own types describe only the singleton, which cannot be stopped. */
declare module '@abandonware/noble/with-custom-binding.js' {
  import type { EventEmitter } from 'node:events';

  export interface Characteristic extends EventEmitter {
    subscribeAsync(): Promise<void>;
    writeAsync(data: Buffer, withoutResponse: boolean): Promise<void>;
  }

  export interface Peripheral extends EventEmitter {
    readonly id: string;
    readonly advertisement: { readonly serviceUuids?: string[]; readonly manufacturerData?: Buffer };
    readonly rssi: number;
    readonly mtu: number | null;
    readonly state: 'error' | 'connecting' | 'connected' | 'disconnecting' | 'disconnected';
    connectAsync(): Promise<void>;
    cancelConnect(): void;
    disconnectAsync(): Promise<void>;
    discoverSomeServicesAndCharacteristicsAsync(
      services: string[],
      characteristics: string[],
    ): Promise<{ readonly characteristics: Characteristic[] }>;
  }

  export interface Bindings {
    /** Native bindings (Windows, macOS) may have it. */
    stop?(): void;
    emit(event: 'stateChange', state: string): boolean;
    /** Only over HCI (Linux). */
    onStateChange?: (state: string) => void;
    readonly onSigIntBinded?: () => void;
    readonly _hci?: { pollIsDevUp(): void; readonly _socket: EventEmitter & { stop(): void } };
  }

  export interface Noble extends EventEmitter {
    /** Reading it starts the driver, which may throw. */
    readonly state: string;
    readonly _bindings: Bindings;
    startScanning(services: string[], allowDuplicates: boolean, done: (error?: Error | null) => void): void;
    stopScanning(): void;
  }

  const createNoble: (options: object) => Noble;
  export default createNoble;
}
