import assert from 'node:assert/strict';
import { CodedError } from '../../electron/contract/errors.ts';
import { SealedSession } from '../../native/pairing/index.ts';
import {
  type CborMap,
  decodeHeader,
  decodeMap,
  encodeMap,
  encodePacket,
  type PacketChannel,
  packetData,
  SmpClient,
  type SmpRequest,
} from '../../native/smp/index.ts';
import type { Chance } from './chance.ts';
import { anyCborMap, mutate } from './mutate.ts';
import { StandingClock, settle, type Target } from './target.ts';

const RIGHT = 'the one right answer';

/**
 * What a device, or whoever sits on the line, may answer: only the one right answer settles a request as done, a
 * readable refusal may settle it as refused, and everything else leaves it waiting.
 */
export const clientTarget: Target = {
  name: 'client',
  share: 40,
  make: async (chance) => {
    const key = chance.bytes(32);
    const device = SealedSession.fromSharedKey(key, 'device');
    let sent: Uint8Array = new Uint8Array();
    let receive: (packet: Uint8Array) => void = () => {};
    const channel: PacketChannel = {
      transport: 'usb',
      label: 'line',
      send: async (packet) => {
        sent = packet;
      },
      onPacket: (listener) => {
        receive = listener;
        return () => {};
      },
      onClose: () => () => {},
      setMaxPacketBytes: () => {},
      close: async () => {},
      closed: false,
      discarded: () => ({}),
    };
    const clock = new StandingClock();
    const client = new SmpClient(channel, { clock });
    client.sealWith(SealedSession.fromSharedKey(key, 'app'));
    let right: Uint8Array = new Uint8Array();
    let answer: Promise<CborMap | CodedError>;
    let settled = false;
    let before = right;
    const ask = async (sealed: boolean): Promise<void> => {
      const request: SmpRequest = {
        name: 'echo',
        op: 'write',
        group: chance.pick([0, 64]),
        command: 0,
        data: { d: 'x' },
        answerWithinMs: 1_000,
        sealed,
      };
      settled = false;
      answer = client.request(request).catch((caught: unknown) => {
        assert.ok(caught instanceof CodedError, String(caught));
        return caught;
      });
      void answer.then(() => {
        settled = true;
      });
      await settle(1);
      before = right;
      right = rightAnswer(sent, sealed ? device : undefined);
    };
    await ask(true);
    return {
      next: () => inputFor(chance, right, before),
      async run(input) {
        receive(input);
        await settle(1);
        if (!settled) {
          receive(right);
          await settle(1);
          assert.ok(settled, 'the right answer was not taken after a wrong one');
        }
        const got = await answer;
        if (!(got instanceof CodedError) && Buffer.compare(input, right) !== 0 && got.r === RIGHT) {
          // The right text came; then it came in the right packet, or in one that says the same.
          assert.ok(decodeHeader(right) !== undefined);
        }
        clock.pass(5_000);
        await ask(chance.oneIn(2));
      },
    };
  },
};

function inputFor(chance: Chance, right: Uint8Array, before: Uint8Array): Uint8Array {
  if (chance.oneIn(4)) {
    const read = decodeHeader(right);
    if (read !== undefined) {
      const body = chance.oneIn(2)
        ? anyCborMap(chance)
        : encodeMap(
            chance.pick([
              { rc: 11 },
              { rc: 0 },
              { rc: 300 },
              { err: { group: 64, rc: 5 } },
              { err: { group: 1, rc: 9 } },
              { err: { group: 64, rc: 0 } },
              { err: 7 },
              { n: 1 },
            ]),
          );
      return encodePacket(read, body);
    }
  }
  return mutate(chance, [right, before.length > 0 ? before : right]);
}

function rightAnswer(sent: Uint8Array, device: SealedSession | undefined): Uint8Array {
  const header = decodeHeader(sent);
  if (header === undefined) throw new Error('nothing was sent');
  if (device === undefined) return encodePacket({ ...header, op: header.op + 1 }, encodeMap({ r: RIGHT }));
  const { n, c } = decodeMap(packetData(sent));
  const inner = device.open(n as number, c as Uint8Array);
  const innerHeader = inner && decodeHeader(inner);
  if (innerHeader === undefined) throw new Error('what was sent is not sealed');
  const answer = encodePacket({ ...innerHeader, op: innerHeader.op + 1 }, encodeMap({ r: RIGHT }));
  return encodePacket({ ...header, op: header.op + 1 }, encodeMap({ ...device.seal(answer) }));
}
