/**
 * A program of its own: an SMP device on the air through the real bleno, that answers every request with the
 * request's own data. Told over IPC: `disconnect` ends the connection, `state:<n>` advertises another state.
 */
import bleno from '@abandonware/bleno';
import {
  decodeHeader,
  encodePacket,
  FragmentReceiver,
  fragmentPacket,
  packetData,
} from '../../../native/smp/index.ts';
import { SMP_CHARACTERISTIC_UUID, SMP_SERVICE_UUID } from '../../../native/transport/ble/advertisement.ts';

const ATT_OVERHEAD = 3;
const SUCCESS = bleno.Characteristic.RESULT_SUCCESS;
let notify: ((data: Buffer) => void) | null = null;
let mtu = 23;

const receiver = new FragmentReceiver({
  maxPacketBytes: 4096,
  now: () => performance.now(),
  onPacket: (packet) => {
    const header = decodeHeader(packet);
    if (header === undefined || notify === null) return;
    const answer = encodePacket({ ...header, op: header.op + 1 }, packetData(packet));
    for (const fragment of fragmentPacket(answer, mtu)) notify(Buffer.from(fragment));
  },
});

const characteristic = new bleno.Characteristic({
  uuid: SMP_CHARACTERISTIC_UUID,
  properties: ['writeWithoutResponse', 'notify'],
  onSubscribe: (maxValueSize, send) => {
    mtu = maxValueSize + ATT_OVERHEAD;
    notify = send;
  },
  onUnsubscribe: () => {
    notify = null;
  },
  onWriteRequest: (data, _offset, _withoutResponse, done) => {
    process.send?.({ written: data.length });
    receiver.push(data);
    done(SUCCESS);
  },
});

/** Service UUID in the advertisement, manufacturer data in the scan response (A15). */
function advertise(state: number): void {
  const service = Buffer.from(SMP_SERVICE_UUID, 'hex').reverse();
  const advertisement = Buffer.concat([Buffer.from([2, 1, 6, 17, 7]), service]);
  const manufacturer = Buffer.from([0xff, 0xff, 1, 3, state, 0x00, 0x1f, 0x2e, 0x3d, 0x4c, 0x5b, 0x6a]);
  const scanResponse = Buffer.concat([Buffer.from([manufacturer.length + 1, 0xff]), manufacturer]);
  // The emulator reports an advertiser when it begins, and not again.
  bleno.stopAdvertising();
  bleno.startAdvertisingWithEIRData(advertisement, scanResponse);
}

bleno.on('stateChange', (state) => {
  if (state !== 'poweredOn') return;
  bleno.setServices([
    new bleno.PrimaryService({ uuid: SMP_SERVICE_UUID, characteristics: [characteristic] }),
  ]);
  advertise(0);
});
process.on('message', (message) => {
  if (message === 'disconnect') bleno.disconnect();
  else if (typeof message === 'string' && message.startsWith('state:')) advertise(Number(message.slice(6)));
});
process.on('disconnect', () => process.exit(0));
