import * as z from 'zod';
import { CommissioningCommand } from '../../smp/index.ts';
import { defineCommand } from '../command.ts';
import { bytes, empty, integer, point } from '../fields.ts';

/** How long a device may compute on a step of pairing, in milliseconds (A9). */
const PAIR_WITHIN_MS = 5_000;

/**
 * Step 0 begins an attempt. Salt and rounds out of bounds are the prover's to refuse, with a code of their
 * own (A24), so they are read here as they come.
 */
export const beginPairing = defineCommand({
  name: 'pair',
  op: 'write',
  command: CommissioningCommand.pair,
  open: true,
  answerWithinMs: PAIR_WITHIN_MS,
  request: z.object({ step: z.literal(0) }),
  response: z.object({ salt: bytes(0, 1024), rounds: z.int(), left: integer(1, 5) }),
});

/** Step 1 exchanges the shares and spends a try (A26). */
export const sharePairing = defineCommand({
  name: 'pair',
  op: 'write',
  command: CommissioningCommand.pair,
  open: true,
  answerWithinMs: PAIR_WITHIN_MS,
  request: z.object({ step: z.literal(1), x: point }),
  response: z.object({ y: point, cv: bytes(32, 32), left: integer(0, 4) }),
});

/** Step 2 confirms: from here on the device has a session (A33). */
export const confirmPairing = defineCommand({
  name: 'pair',
  op: 'write',
  command: CommissioningCommand.pair,
  open: true,
  answerWithinMs: PAIR_WITHIN_MS,
  request: z.object({ step: z.literal(2), cp: bytes(32, 32) }),
  response: empty,
});
