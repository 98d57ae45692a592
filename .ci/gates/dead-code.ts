import { relative } from 'node:path';
import type { Gate } from '../gate.ts';
import { runTool } from '../run-tool.ts';

interface Report {
  readonly files: number;
  readonly findings: readonly { readonly type: string; readonly filePath: string; readonly symbol: string }[];
}

/** Files, exports and dependencies that nothing uses, by knip. */
export const deadCode: Gate = {
  name: 'dead code',
  async run(root) {
    const { output, errors } = await runTool(root, 'knip/bin/knip.js', [
      '--no-progress',
      '--reporter',
      './.ci/knip-reporter.ts',
    ]);
    const report = parse(output, errors);
    return {
      files: report.files,
      findings: report.findings.map(({ type, filePath, symbol }) => {
        const file = relative(root, filePath);
        return type === 'files' ? `${file} is used by nothing` : `${file} ${type}: ${symbol}`;
      }),
    };
  },
};

function parse(output: string, errors: string): Report {
  try {
    return JSON.parse(output.trim().split('\n').at(-1) ?? '');
  } catch {
    throw new Error(`knip gave no report: ${errors || output}`);
  }
}
