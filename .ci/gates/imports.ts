import type { Gate } from '../gate.ts';
import { runTool } from '../run-tool.ts';

const folders = ['electron', 'native', 'db', 'renderer', 'tests'];

interface Report {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

/** Who imports whom, by dependency-cruiser's rules in .dependency-cruiser.json. */
export const imports: Gate = {
  name: 'import rules',
  async run(root) {
    const { output, errors } = await runTool(root, '.bin/depcruise', [
      ...['--config', '.dependency-cruiser.json', '--output-type', 'json'],
      ...folders,
    ]);
    const report = parse(output, errors);
    return {
      files: report.modules.filter(({ source }) => folders.some((folder) => source.startsWith(`${folder}/`)))
        .length,
      findings: report.summary.violations.map(({ from, to, rule }) => `${from} imports ${to}: ${rule.name}`),
    };
  },
};

function parse(output: string, errors: string): Report {
  try {
    return JSON.parse(output);
  } catch {
    throw new Error(`dependency-cruiser gave no report: ${errors}`);
  }
}
