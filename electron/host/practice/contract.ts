import { readFileSync } from 'node:fs';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { resourcePath } from '../../frame/resource-path.ts';
import { parseTime } from './clock.ts';
import type { Violation } from './problem.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type JsonObject = { [name: string]: Json };

/** One call of openapi.yaml. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** As in openapi.yaml: `/installations/{installation_id}`. */
  readonly template: string;
  /** POST, PUT, PATCH, DELETE: carries an Idempotency-Key. */
  readonly writes: boolean;
  readonly bodyType: 'application/json' | 'application/pdf' | null;
  /** Everything wrong with a parsed body, at once. */
  checkBody(body: unknown): Violation[];
  /** The query's known parameters in their types, and everything wrong with them. */
  readQuery(search: URLSearchParams): { query: Record<string, unknown>; violations: Violation[] };
}

/** openapi.yaml, read once: its calls, and its schemas by name. */
export interface Contract {
  readonly operations: readonly Operation[];
  /** Everything wrong with `value` as a `components/schemas/{name}`. */
  check(name: string, value: unknown): Violation[];
  /** Checks against a schema of our own, which may point into the contract: `contract#/components/…`. */
  compile(schema: object): (value: unknown) => Violation[];
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const controlPattern = /\p{Cc}/u;
const violationsMax = 100;

/** Whether `text` is a UUID, of any version, in either case. */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}

/** Whether `text` is as the contract wants every text: NFC, no control characters, not blank at either end. */
export function isPlainText(text: string): boolean {
  return (
    text.isWellFormed() &&
    text === text.normalize('NFC') &&
    text === text.trim() &&
    !controlPattern.test(text)
  );
}

/** Loads `resources/cloud/openapi.yaml` and compiles its request schemas. */
export function loadContract(): Contract {
  const source = parse(readFileSync(resourcePath('cloud/openapi.yaml'), 'utf8')) as JsonObject;
  const root = prepare(source) as JsonObject;
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  addFormats.default(ajv);
  ajv.addFormat('uuid', isUuid);
  ajv.addFormat('date-time', (text: string) => parseTime(text) !== null);
  ajv.addKeyword({
    keyword: plainTextKeyword,
    type: 'string',
    validate: (_: unknown, text: string) => isPlainText(text),
  });
  ajv.addSchema(root, 'contract');
  const compile = (schema: object) => {
    const validate = ajv.compile(schema);
    return (value: unknown) => violationsOf(validate, value);
  };
  const named = new Map<string, (value: unknown) => Violation[]>();
  return {
    operations: readOperations(root, compile),
    compile,
    check(name, value) {
      let check = named.get(name);
      if (!check) {
        check = compile({ $ref: `contract#/components/schemas/${name}` });
        named.set(name, check);
      }
      return check(value);
    },
  };
}

const plainTextKeyword = 'x-plain-text';

/** Makes every reference absolute and adds the rule for texts (openapi.yaml, "Form") to every free string. */
function prepare(node: Json): Json {
  if (Array.isArray(node)) return node.map(prepare);
  if (node === null || typeof node !== 'object') return node;
  const copy: JsonObject = {};
  for (const [name, value] of Object.entries(node)) copy[name] = prepare(value);
  if (typeof copy.$ref === 'string' && copy.$ref.startsWith('#/')) copy.$ref = `contract${copy.$ref}`;
  const types = Array.isArray(copy.type) ? copy.type : [copy.type];
  if (types.includes('string') && copy.enum === undefined) copy[plainTextKeyword] = true;
  return copy;
}

function violationsOf(validate: ValidateFunction, value: unknown): Violation[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).slice(0, violationsMax).map(violationOf);
}

function violationOf(error: ErrorObject): Violation {
  const missing = error.keyword === 'required' ? `/${String(error.params.missingProperty)}` : '';
  const isText = error.keyword === plainTextKeyword;
  return {
    pointer: `${error.instancePath}${missing}`,
    rule: isText ? 'pattern' : error.keyword,
    message: isText
      ? 'must be NFC, without control characters, not blank at either end'
      : (error.message ?? ''),
  };
}

type Compile = (schema: object) => (value: unknown) => Violation[];

const methods = ['get', 'post', 'put', 'patch', 'delete'];

function readOperations(root: JsonObject, compile: Compile): Operation[] {
  const operations: Operation[] = [];
  for (const [template, item] of Object.entries(root.paths as Record<string, JsonObject>)) {
    for (const method of methods) {
      const described = item[method] as JsonObject | undefined;
      if (described) operations.push(readOperation(root, template, method, described, compile));
    }
  }
  return operations;
}

function readOperation(
  root: JsonObject,
  template: string,
  method: string,
  described: JsonObject,
  compile: Compile,
): Operation {
  const content = ((described.requestBody as JsonObject | undefined)?.content ?? {}) as JsonObject;
  const bodyType = (Object.keys(content)[0] ?? null) as Operation['bodyType'];
  const json = content['application/json'] as { schema: JsonObject } | undefined;
  return {
    id: String(described.operationId),
    method: method.toUpperCase(),
    template,
    writes: method !== 'get',
    bodyType,
    checkBody: json ? compile(json.schema) : () => [],
    readQuery: queryReader(root, (described.parameters as JsonObject[] | undefined) ?? [], compile),
  };
}

interface QueryParameter {
  readonly name: string;
  readonly type: 'integer' | 'array' | 'string';
}

function queryReader(root: JsonObject, parameters: JsonObject[], compile: Compile): Operation['readQuery'] {
  const known: QueryParameter[] = [];
  const properties: JsonObject = {};
  const required: string[] = [];
  for (const entry of parameters) {
    const parameter = typeof entry.$ref === 'string' ? resolve(root, entry.$ref) : entry;
    if (parameter.in !== 'query') continue;
    const name = String(parameter.name);
    const schema = parameter.schema as JsonObject;
    known.push({ name, type: schema.type === 'integer' || schema.type === 'array' ? schema.type : 'string' });
    properties[name] = schema;
    if (parameter.required === true) required.push(name);
  }
  const check = compile({ type: 'object', properties, required });
  return (search) => {
    const query: Record<string, unknown> = {};
    for (const parameter of known) {
      const values = search.getAll(parameter.name);
      if (values.length === 1) query[parameter.name] = typed(parameter, values[0] ?? '');
      // Twice the same parameter has no meaning here; as a list it fails its type.
      else if (values.length > 1) query[parameter.name] = parameter.type === 'array' ? values.join() : values;
    }
    return { query, violations: check(query) };
  };
}

function typed(parameter: QueryParameter, text: string): unknown {
  if (parameter.type === 'array') return text.toLowerCase().split(',');
  if (parameter.type === 'integer' && /^\d{1,9}$/.test(text)) return Number(text);
  return text;
}

function resolve(root: JsonObject, reference: string): JsonObject {
  let node: Json = root;
  for (const step of reference.slice('contract#/'.length).split('/'))
    node = (node as JsonObject)[step] ?? null;
  return node as JsonObject;
}
