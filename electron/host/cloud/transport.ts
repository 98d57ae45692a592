import { readBounded, withBody } from './bounded.ts';
import { CloudFailure, silence, unreadableAnswer } from './failure.ts';
import { clockOffset } from './time.ts';

/** What every answer tells beside its content: that the cloud is there, and its clock (C4). */
export interface AnswerHeard {
  /** Cloud's clock minus the laptop's; null where the answer carried no usable `Date`. */
  readonly offsetMs: number | null;
}

export interface TransportOptions {
  readonly fetch: typeof globalThis.fetch;
  /** The laptop's clock. */
  readonly now: () => number;
  /** The longest answer that is read, in bytes (openapi.yaml: 32 MiB down). */
  readonly maxBytes: number;
  readonly onAnswer: (heard: AnswerHeard) => void;
}

/**
 * A fetch for openapi-fetch that keeps to limits: no redirects (a token goes to the configured host alone), a
 * bounded body, the time limit that the request's signal carries. Throws `CloudFailure` where no answer came.
 */
export function createTransport(options: TransportOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const write = request.method !== 'GET';
    const sentAt = options.now();
    try {
      const response = await options.fetch(request.url, {
        method: request.method,
        headers: request.headers,
        redirect: 'manual',
        signal: request.signal,
        ...(request.body === null ? {} : { body: await request.text() }),
      });
      const offsetMs = clockOffset(response.headers.get('date'), sentAt, options.now());
      const body = await readBounded(response, options.maxBytes);
      options.onAnswer({ offsetMs });
      if (body !== undefined) return withBody(response, body);
      throw unreadableAnswer(
        response.status,
        write,
        new RangeError(`answer above ${options.maxBytes} bytes`),
      );
    } catch (error) {
      throw error instanceof CloudFailure ? error : silence(error, write);
    }
  };
}
