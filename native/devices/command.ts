import type * as z from 'zod';
import { CodedError } from '../../electron/contract/errors.ts';
import { type CborInput, type CborMap, Group } from '../smp/index.ts';

/** One thing a device can be asked: how to say it and how to read the answer. No I/O. */
export interface Command<Request, Response> {
  /** What a person may be told was asked. */
  readonly name: string;
  readonly op: 'read' | 'write';
  readonly group: number;
  readonly command: number;
  /** Allowed before pairing, and answered outside the seal (A17). */
  readonly open: boolean;
  /** How long the device may take, in milliseconds (A9). */
  readonly answerWithinMs: number;
  /** @throws CodedError `device.invalid_request` for what the CDDL does not allow: nothing is sent then. */
  encode(request: Request): CborInput;
  /** @throws CodedError `device.bad_response` for an answer that the CDDL does not allow. */
  parse(data: CborMap): Response;
}

/** The device's usual limit, in milliseconds (A9). */
export const ANSWER_WITHIN_MS = 2_000;

/** A command from its schemas, which are those of `resources/protocol/commissioning.cddl` (A55). */
export function defineCommand<Request extends z.ZodType<CborInput>, Response extends z.ZodType>(options: {
  name: string;
  op: 'read' | 'write';
  command: number;
  request: Request;
  response: Response;
  group?: number;
  open?: boolean;
  answerWithinMs?: number;
}): Command<z.input<Request>, z.output<Response>> {
  const { name, op, command, request, response } = options;
  return {
    name,
    op,
    command,
    group: options.group ?? Group.commissioning,
    open: options.open ?? false,
    answerWithinMs: options.answerWithinMs ?? ANSWER_WITHIN_MS,
    encode: (value) => {
      const parsed = request.safeParse(value);
      if (!parsed.success) throw new CodedError('device.invalid_request', { command: name });
      return parsed.data;
    },
    parse: (data) => {
      const parsed = response.safeParse(data);
      if (!parsed.success) throw new CodedError('device.bad_response', { command: name });
      return parsed.data;
    },
  };
}
