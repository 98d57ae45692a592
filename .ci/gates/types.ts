import type { Gate } from '../gate.ts';
import { runTool } from '../run-tool.ts';

/** Types, by the TypeScript compiler. */
export const types: Gate = {
  name: 'types',
  async run(root) {
    const { output } = await runTool(root, 'typescript/bin/tsc', [
      '--noEmit',
      '--pretty',
      'false',
      '--listFiles',
      '--project',
      'tsconfig.json',
    ]);
    const lines = output.split('\n').filter((line) => line !== '');
    const isFile = (line: string): boolean => line.startsWith('/') || /^[A-Z]:\//.test(line);
    return {
      files: lines.filter((line) => isFile(line) && !line.includes('/node_modules/')).length,
      findings: lines.filter((line) => !isFile(line)),
    };
  },
};
