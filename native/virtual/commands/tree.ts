import { CommissioningCommand, Group } from '../../smp/index.ts';
import type { TreeItem } from '../flash.ts';
import type { Internals } from '../internals.ts';
import { Kind } from '../models.ts';
import { groupRefusal } from '../refusal.ts';
import type { RequestBody } from '../request-body.ts';
import type { Command } from './command.ts';
import { ID, ID_BYTES } from './ids.ts';

const MAX_ITEMS = 22;
const MAX_LOCKS = 16;
const MAX_REPEATERS = 6;
const UINT32 = [0, 0xffff_ffff] as const;

/** The hardware below an IQ, in an order that means something (A45). */
export const treeCommand: Command = {
  name: 'tree',
  group: Group.commissioning,
  command: CommissioningCommand.tree,
  kinds: ['iq'],
  read: ({ flash }) => ({ rev: flash.kept.tree.rev, items: flash.kept.tree.items }),
  write: (device, body) => {
    const rev = body.integer('rev', UINT32);
    const items = body.maps('items', [0, MAX_ITEMS]).map(readItem);
    requireRules(items, device.description.mac);
    device.failsafe.require();
    if (rev !== device.flash.kept.tree.rev) throw groupRefusal('revStale');
    requireAttachedStay(device, items);
    // The number is kept outside the failsafe: none is ever given twice, whatever is rolled back.
    const next = device.flash.unkept.highestRev + 1;
    device.flash.changeUnkept((unkept) => {
      unkept.highestRev = next;
    });
    device.flash.change((kept) => {
      kept.tree = { rev: next, items };
    });
    return { rev: next };
  },
};

function readItem(body: RequestBody): TreeItem {
  const parent = body.has('parent') ? { parent: body.text('parent', ID_BYTES, ID) } : undefined;
  return { id: body.text('id', ID_BYTES, ID), ...parent, type: body.integer('type', [2, 3]) };
}

/** Limits, one place for each id, and parents that are repeaters standing before their children. */
function requireRules(items: readonly TreeItem[], hubId: string): void {
  const before = new Map<string, number>();
  for (const item of items) {
    const parentFits = item.parent === undefined || before.get(item.parent) === Kind.repeater;
    if (before.has(item.id) || item.id === hubId || !parentFits) throw groupRefusal('treeRule');
    before.set(item.id, item.type);
  }
  const types = [...before.values()];
  const locks = types.filter((type) => type === Kind.lock).length;
  if (locks > MAX_LOCKS || types.length - locks > MAX_REPEATERS) throw groupRefusal('treeRule');
}

/** What is not detached may neither move nor go, nor become something else. */
function requireAttachedStay({ flash }: Internals, items: readonly TreeItem[]): void {
  for (const id of Object.keys(flash.kept.attachments)) {
    const was = flash.kept.tree.items.find((item) => item.id === id);
    const is = items.find((item) => item.id === id);
    if (is === undefined || is.parent !== was?.parent || is.type !== was?.type)
      throw groupRefusal('treeRule');
  }
}
