import * as z from 'zod';
import { CommissioningCommand } from '../../smp/index.ts';
import { defineCommand } from '../command.ts';
import { deviceId, empty, integer, short } from '../fields.ts';

/** What a device is (A16). */
export const DeviceKind = { iq: 1, repeater: 2, lock: 3 } as const;
/** The commissioning protocol that Doorstep speaks. */
export const PROTOCOL = 1;

/** What a device says about itself: open, and to be believed only from inside the seal (A34). */
export const readIdentity = defineCommand({
  name: 'identity',
  op: 'read',
  command: CommissioningCommand.identity,
  open: true,
  request: empty,
  response: z.object({
    kind: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    model: short,
    serial: z.string().regex(/^[\x20-\x7e]{1,32}$/),
    mac: deviceId,
    hw: short,
    fw: short,
    radio: z.enum(['blue_net', 'rf_net']).optional(),
    // Factory, Bluetooth pairing open, committed at least once (A16).
    state: z.union([z.literal(0), z.literal(1), z.literal(2)]),
    proto: integer(0, Number.MAX_SAFE_INTEGER),
    caps: z.array(short).max(32),
  }),
});
export type Identity = ReturnType<typeof readIdentity.parse>;
