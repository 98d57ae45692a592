import * as z from 'zod';
import { CommissioningCommand } from '../../smp/index.ts';
import { defineCommand } from '../command.ts';
import { bytes, childKind, dbm, deviceId, empty, point, u32 } from '../fields.ts';

const treeItem = z.object({
  id: deviceId,
  /** Absent means the IQ itself (A45). */
  parent: deviceId.optional(),
  type: childKind,
});
export type TreeItem = z.output<typeof treeItem>;

const tree = z.object({ rev: u32, items: z.array(treeItem).max(22) });
/** What hangs below an IQ, in order (A45). */
export type Tree = z.output<typeof tree>;

export const readTree = defineCommand({
  name: 'tree',
  op: 'read',
  command: CommissioningCommand.tree,
  request: empty,
  response: tree,
});

/** Replaces the whole list, if `rev` is still the current one; gives the new one (A45). */
export const writeTree = defineCommand({
  name: 'tree',
  op: 'write',
  command: CommissioningCommand.tree,
  request: tree,
  response: z.object({ rev: u32 }),
});

const attachState = z.enum(['detached', 'attach_pending', 'attached', 'detach_pending']);
export type AttachState = z.output<typeof attachState>;

/** With the child's key a ticket comes back; without (maintenance card) none (A47). */
export const writeAttach = defineCommand({
  name: 'attach',
  op: 'write',
  command: CommissioningCommand.attach,
  request: z.object({ id: deviceId, type: childKind, key: point.optional() }),
  response: z.object({ ticket: bytes(1, 256).optional() }),
});

/** What an IQ knows of one child; `rssi` in dBm and `heard` in seconds ago, absent until it was heard (A47). */
export const readAttach = defineCommand({
  name: 'attach',
  op: 'read',
  command: CommissioningCommand.attach,
  request: z.object({ id: deviceId }),
  response: z.object({ state: attachState, rssi: dbm.optional(), heard: u32.optional() }),
});
export type Attachment = ReturnType<typeof readAttach.parse>;

/** A lock's or repeater's own key, made at the first read, and its state (A48). */
export const readJoin = defineCommand({
  name: 'join',
  op: 'read',
  command: CommissioningCommand.join,
  request: empty,
  response: z.object({ key: point, state: attachState }),
});

/** Hands over the ticket; answered at once with `attach_pending` (A48). */
export const writeJoin = defineCommand({
  name: 'join',
  op: 'write',
  command: CommissioningCommand.join,
  request: z.object({ ticket: bytes(1, 256) }),
  response: z.object({ state: attachState }),
});

/** On an IQ with the child's `id`, on a lock or repeater without (A49). */
export const detach = defineCommand({
  name: 'detach',
  op: 'write',
  command: CommissioningCommand.detach,
  request: z.object({ id: deviceId.optional(), force: z.boolean().optional() }),
  response: z.object({ state: attachState }),
});
