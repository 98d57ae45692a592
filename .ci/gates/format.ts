import type { Gate } from '../gate.ts';
import { runTool } from '../run-tool.ts';

interface Report {
  readonly summary: { readonly changed: number; readonly unchanged: number };
  readonly diagnostics: readonly {
    readonly category: string;
    readonly message: string;
    readonly location: { readonly path: string; readonly start?: { readonly line: number } };
  }[];
}

/** Format and lint, by Biome; its warnings count. */
export const format: Gate = {
  name: 'format and lint',
  async run(root) {
    const { output, errors } = await runTool(root, '@biomejs/biome/bin/biome', [
      'check',
      '--reporter=json',
      '--max-diagnostics=none',
    ]);
    const report = parse(output, errors);
    return {
      files: report.summary.changed + report.summary.unchanged,
      findings: report.diagnostics.map(
        ({ category, message, location }) =>
          `${location.path}:${location.start?.line ?? 0} ${category}: ${message}`,
      ),
    };
  },
};

function parse(output: string, errors: string): Report {
  try {
    return JSON.parse(output);
  } catch {
    throw new Error(`Biome gave no report: ${errors}`);
  }
}
