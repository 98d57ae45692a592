import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type * as z from 'zod';
import type {
  deviceAnswerSchema,
  installationAnswerSchema,
  invitationAnswerSchema,
  meSchema,
  subscriptionAnswerSchema,
  treeAnswerSchema,
} from '../../../electron/host/cloud/answers.ts';
import type { components } from '../../../electron/host/cloud/openapi.gen.ts';

type Wire = components['schemas'];
/** Does not compile where the contract promises something that the schema would not take. */
type Takes<Schema extends z.ZodType, Promised extends z.input<Schema>> = [Schema, Promised];
type AllTaken = [
  Takes<typeof meSchema, Wire['Me']>,
  Takes<typeof installationAnswerSchema, Wire['Installation']>,
  Takes<typeof invitationAnswerSchema, Wire['Invitation']>,
  Takes<typeof subscriptionAnswerSchema, Wire['Subscription']>,
  Takes<typeof deviceAnswerSchema, Wire['Iq']>,
  Takes<typeof deviceAnswerSchema, Wire['Repeater']>,
  Takes<typeof deviceAnswerSchema, Wire['Lock']>,
  Takes<typeof treeAnswerSchema, Wire['Tree']>,
];

test('the generated types are those of the contract', async () => {
  const taken: AllTaken['length'] = 8;
  expect(taken).toBe(8);
  const generator = join('node_modules', 'openapi-typescript', 'bin', 'cli.js');
  const files = [
    join('resources', 'cloud', 'openapi.yaml'),
    '--output',
    join('electron', 'host', 'cloud', 'openapi.gen.ts'),
  ];
  // Ends with a status other than 0, and so rejects, where the file would be another.
  await promisify(execFile)(process.execPath, [generator, ...files, '--check'], { timeout: 15_000 });
});
