import { isPoint, POINT_BYTES } from '../../pairing/index.ts';
import { CommissioningCommand, Group } from '../../smp/index.ts';
import type { Internals } from '../internals.ts';
import { detached } from '../member-radio.ts';
import { groupRefusal, smpRefusal } from '../refusal.ts';
import type { RequestBody } from '../request-body.ts';
import { newKeyPair, openTicket, publicKeyOf, sealTicket } from '../ticket.ts';
import type { Command } from './command.ts';
import { ID, ID_BYTES } from './ids.ts';

const POINT = [POINT_BYTES, POINT_BYTES] as const;
const TICKET_BYTES = [1, 256] as const;

/** How a lock or repeater gets into its hub's radio network, and out of it (A47–A49). */
export const attachingCommands: readonly Command[] = [
  {
    name: 'attach',
    group: Group.commissioning,
    command: CommissioningCommand.attach,
    kinds: ['iq'],
    read: ({ flash, hub }, body) => {
      const { id } = itemOf(flash.kept.tree.items, body.text('id', ID_BYTES, ID));
      const heard = hub?.lastHeard(id);
      return {
        state: flash.kept.attachments[id]?.state ?? 'detached',
        rssi: heard?.rssi,
        heard: heard?.heard,
      };
    },
    write: attach,
  },
  {
    name: 'join',
    group: Group.commissioning,
    command: CommissioningCommand.join,
    kinds: ['lock', 'repeater'],
    read: (device) => ({
      key: publicKeyOf(ownSecretKey(device)),
      state: device.flash.kept.membership.state,
    }),
    write: join,
  },
  {
    name: 'detach',
    group: Group.commissioning,
    command: CommissioningCommand.detach,
    write: (device, body) =>
      device.description.kind === 'iq' ? detachItem(device, body) : leave(device, body),
  },
];

function attach(device: Internals, body: RequestBody) {
  const { flash, failsafe, description, environment } = device;
  const id = body.text('id', ID_BYTES, ID);
  const type = body.integer('type', [2, 3]);
  const key = body.has('key') ? body.bytes('key', POINT) : undefined;
  if (key !== undefined && !isPoint(key)) throw smpRefusal('invalid');
  failsafe.require();
  if (itemOf(flash.kept.tree.items, id).type !== type) throw groupRefusal('value');
  const state = flash.kept.attachments[id]?.state;
  if (state === 'detach_pending') throw smpRefusal('badState');
  flash.change(({ attachments }) => {
    const keyText = key === undefined ? undefined : { key: Buffer.from(key).toString('hex') };
    attachments[id] = { state: state ?? 'attach_pending', ...keyText };
  });
  if (key === undefined) return {};
  const net = new Uint8Array(Buffer.from(flash.kept.radio.net, 'hex'));
  const content = { net, iq: description.mac, ch: flash.kept.radio.ch };
  return { ticket: sealTicket(content, { id, publicKey: key }, environment.randomBytes) };
}

function join(device: Internals, body: RequestBody) {
  const { flash, failsafe, description, member } = device;
  const ticket = body.bytes('ticket', TICKET_BYTES);
  failsafe.require();
  const { secretKey, usedTickets } = flash.kept.membership;
  const ticketText = Buffer.from(ticket).toString('hex');
  if (secretKey === undefined || usedTickets.includes(ticketText)) throw groupRefusal('ticketBad');
  const content = openTicket(ticket, {
    id: description.mac,
    secretKey: new Uint8Array(Buffer.from(secretKey, 'hex')),
  });
  if (content === undefined) throw groupRefusal('ticketBad');
  flash.change(({ membership }) => {
    membership.state = 'attach_pending';
    membership.network = { net: Buffer.from(content.net).toString('hex'), iq: content.iq, ch: content.ch };
    membership.usedTickets.push(ticketText);
  });
  member?.refresh();
  return { state: 'attach_pending' };
}

/** On an IQ: the item named; it waits for the lock's confirmation unless forced (A49). */
function detachItem({ flash, log }: Internals, body: RequestBody) {
  const id = body.text('id', ID_BYTES, ID);
  const force = body.has('force') && body.boolean('force');
  itemOf(flash.kept.tree.items, id);
  if (flash.kept.attachments[id] === undefined) return { state: 'detached' };
  flash.change(({ attachments }) => {
    if (force) delete attachments[id];
    else attachments[id] = { ...attachments[id], state: 'detach_pending' };
  });
  if (force) log.add('detached');
  return { state: force ? 'detached' : 'detach_pending' };
}

/** On a lock or repeater: itself; it waits for the hub's confirmation unless forced (A49). */
function leave({ flash, member, log }: Internals, body: RequestBody) {
  if (body.has('id')) throw smpRefusal('invalid');
  const force = body.has('force') && body.boolean('force');
  if (flash.kept.membership.state === 'detached') return { state: 'detached' };
  flash.change((kept) => {
    if (force) kept.membership = detached();
    else kept.membership.state = 'detach_pending';
  });
  if (force) log.add('detached');
  member?.refresh();
  return { state: force ? 'detached' : 'detach_pending' };
}

/** The key for tickets, made when it is first asked for (A48). */
function ownSecretKey({ flash, environment }: Internals): Uint8Array {
  const stored = flash.kept.membership.secretKey;
  if (stored !== undefined) return new Uint8Array(Buffer.from(stored, 'hex'));
  const { secretKey } = newKeyPair(environment.randomBytes);
  flash.change(({ membership }) => {
    membership.secretKey = Buffer.from(secretKey).toString('hex');
  });
  return secretKey;
}

function itemOf<Item extends { id: string }>(items: readonly Item[], id: string): Item {
  const item = items.find((candidate) => candidate.id === id);
  if (item === undefined) throw groupRefusal('idUnknown');
  return item;
}
