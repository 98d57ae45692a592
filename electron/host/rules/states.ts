import type { DeviceKind, DeviceState } from '../../contract/index.ts';

const untouched: ReadonlySet<DeviceState> = new Set(['planned', 'code_captured', 'found', 'detached']);
const attached: ReadonlySet<DeviceState> = new Set(['attached', 'tested', 'faulty']);
const paired: ReadonlySet<DeviceState> = new Set(['paired', 'configured', 'attached', 'tested']);

/** Whether nothing was given to the device yet, so that the plan may still say what it is. */
export function isUntouched({ state }: { readonly state: DeviceState }): boolean {
  return untouched.has(state);
}

/** Whether a lock or repeater belongs to its hub. */
export function isAttached({ state }: { readonly state: DeviceState }): boolean {
  return attached.has(state);
}

/**
 * Whether the hub of the plan holds a lock or repeater: attached, or told to leave and not gone yet. What was left
 * untold by its hub is held by that one alone.
 */
export function hangsOnHub(device: {
  readonly state: DeviceState;
  readonly heldByHub: string | null;
}): boolean {
  return isAttached(device) || (device.state === 'detach_pending' && device.heldByHub === null);
}

/** Whether a hub has proved its activation code. */
export function isPaired({ state }: { readonly state: DeviceState }): boolean {
  return paired.has(state);
}

/** Whether a device is where its kind has to be: a hub paired, everything else attached. */
export function isReady(device: { readonly kind: DeviceKind; readonly state: DeviceState }): boolean {
  return device.kind === 'iq' ? isPaired(device) : isAttached(device);
}

/** Where the life of a planned place begins: its device is known by id or code, or nothing is (product.md). */
export function plannedState(mac: string | null, hasActivationCode: boolean): 'planned' | 'code_captured' {
  return mac === null && !hasActivationCode ? 'planned' : 'code_captured';
}
