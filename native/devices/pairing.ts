import { CodedError } from '../../electron/contract/errors.ts';
import { normalizeActivationCode, Spake2PlusProver } from '../pairing/index.ts';
import { CommissioningError, SmpRefusal } from '../smp/index.ts';
import type { Command } from './command.ts';
import { beginPairing, confirmPairing, sharePairing } from './commands/index.ts';

const ID_PROVER = 'doorstep';
const CONTEXT = 'doorstep pairing 1';

/** Runs a command in the open. */
type Ask = <Request, Response>(command: Command<Request, Response>, request: Request) => Promise<Response>;

/**
 * The three steps of pairing (A23–A27): gives the key both sides now share. A wrong code stops it before
 * anything more is sent, with the tries left (A26).
 * @throws CodedError `pairing.*`, or what the way gives.
 */
export async function proveActivationCode(
  options: { activationCode: string; serial: string },
  ask: Ask,
): Promise<Uint8Array> {
  const password = normalizeActivationCode(options.activationCode);
  const { salt, rounds } = await ask(beginPairing, { step: 0 });
  const prover = await Spake2PlusProver.create({
    password,
    idProver: ID_PROVER,
    idVerifier: options.serial,
    context: CONTEXT,
    salt,
    rounds,
  });
  const answer = await ask(sharePairing, { step: 1, x: prover.shareP });
  const { confirmP, kShared } = finish(prover, answer);
  await confirm(ask, confirmP, answer.left);
  return kShared;
}

function finish(prover: Spake2PlusProver, answer: { y: Uint8Array; cv: Uint8Array; left: number }) {
  try {
    return prover.finish(answer.y, answer.cv);
  } catch (caught) {
    if (caught instanceof CodedError && caught.code === 'pairing.wrong_code') throw wrongCode(answer.left);
    throw caught;
  }
}

async function confirm(ask: Ask, confirmP: Uint8Array, left: number): Promise<void> {
  try {
    await ask(confirmPairing, { step: 2, cp: confirmP });
  } catch (caught) {
    if (caught instanceof SmpRefusal && caught.isCommissioning(CommissioningError.pairWrong)) {
      throw wrongCode(left);
    }
    // A lost answer is no refusal: whether the session stands shows when it is used (A9, A33).
    if (caught instanceof CodedError && caught.code === 'device.timeout') return;
    throw caught;
  }
}

function wrongCode(left: number): CodedError {
  return new CodedError('pairing.wrong_code', { left });
}
