import type { IncomingMessage } from 'node:http';
import type { Operation } from '../contract.ts';
import { ApiProblem } from '../problem.ts';

/** Bytes of a body, up to a limit. */
export interface ReceivedBody {
  readonly bytes: Buffer;
  readonly isTooLarge: boolean;
}

const jsonBytesMax = 256_000;
const documentBytesMax = 20 * 1024 * 1024;

/** How many bytes a call may send (openapi.yaml, "Form"). */
export function bodyBytesMax(operation: Operation): number {
  return operation.bodyType === 'application/pdf' ? documentBytesMax : jsonBytesMax;
}

/**
 * Reads a body to its end, so that the answer reaches whoever still sends; keeps `limit` bytes of it.
 * What is far beyond the limit is not waited for. The server's request timeout bounds the time.
 */
export async function receiveBody(request: IncomingMessage, limit: number): Promise<ReceivedBody> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    if (size > limit + documentBytesMax) break;
  }
  return { bytes: size > limit ? Buffer.alloc(0) : Buffer.concat(chunks), isTooLarge: size > limit };
}

/** @throws ApiProblem if a body that is wanted has another form (415) or size (413) */
export function requireForm(operation: Operation, request: IncomingMessage, received: ReceivedBody): void {
  const hasBody = received.bytes.length > 0 || received.isTooLarge;
  if (operation.bodyType !== null && (hasBody || request.headers['content-type'] !== undefined)) {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (!isMediaType(operation.bodyType, request.headers['content-type'] ?? '') || encoding !== 'identity') {
      throw new ApiProblem('unsupported_media_type');
    }
  }
  if (received.isTooLarge) throw new ApiProblem('payload_too_large');
}

function isMediaType(wanted: string, header: string): boolean {
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  const isUtf8 = parameters.every(
    (parameter) => !parameter.startsWith('charset=') || /^charset="?utf-8"?$/.test(parameter),
  );
  return type === wanted && isUtf8;
}
