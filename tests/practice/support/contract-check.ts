import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

/** Every answer of a test is held against openapi.yaml, read here anew: the cloud's own reading proves nothing. */

interface ResponseObject {
  $ref?: string;
  headers?: Record<string, unknown>;
  content?: Record<string, { schema: object }>;
}

interface Described {
  operationId: string;
  responses: Record<string, ResponseObject>;
}

const document = parse(
  readFileSync(join(import.meta.dirname, '../../../resources/cloud/openapi.yaml'), 'utf8'),
) as {
  paths: Record<string, Record<string, Described>>;
  components: { responses: Record<string, ResponseObject> };
};
const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
addFormats.default(ajv);
ajv.addSchema(JSON.parse(JSON.stringify(document).replaceAll('"#/', '"contract#/')) as object, 'contract');

function responseOf(described: Described, status: number): ResponseObject {
  const found = described.responses[String(status)] ?? described.responses[`${Math.floor(status / 100)}XX`];
  if (!found) throw new Error(`${described.operationId} never answers ${status}`);
  return found.$ref
    ? (document.components.responses[found.$ref.split('/').at(-1) ?? ''] as ResponseObject)
    : found;
}

/** Throws unless `answer` is one that openapi.yaml allows for this call. */
export function checkAnswer(
  method: string,
  path: string,
  status: number,
  type: string | null,
  body: string,
): void {
  const plain = path.split('?')[0] ?? '';
  const templates = Object.keys(document.paths);
  const template = templates.find((one) => new RegExp(`^${one.replace(/\{\w+\}/g, '[^/]+')}$`).test(plain));
  const described = template ? document.paths[template]?.[method.toLowerCase()] : undefined;
  if (!described) return;
  const media = (type ?? '').split(';')[0] ?? '';
  const content = responseOf(described, status).content;
  if (!content) {
    if (body !== '') throw new Error(`${described.operationId} ${status} has a body: ${body}`);
    return;
  }
  const schema = content[media]?.schema;
  if (!schema) throw new Error(`${described.operationId} ${status} has type ${type}`);
  const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"contract#/')) as object);
  if (!validate(JSON.parse(body))) {
    throw new Error(`${described.operationId} ${status}: ${ajv.errorsText(validate.errors)} in ${body}`);
  }
}
