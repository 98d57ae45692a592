import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

/** Which branches of one file were reached. */
export interface FileCoverage {
  readonly file: string;
  readonly total: number;
  readonly reached: number;
  /** `line: source` of each branch that was not. */
  readonly missed: readonly string[];
}

interface CountedRange {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** Counts the engine's own block counts against the branches that the source has. */
export class Coverage {
  readonly #session = new Session();
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Begins to count; only what is loaded afterwards is counted block by block. */
  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  async take(files: readonly string[]): Promise<FileCoverage[]> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    this.#session.disconnect();
    return files.map((file) => {
      const script = result.find(({ url }) => url === pathToFileURL(file).href);
      const ranges = (script?.functions ?? []).flatMap((each) => each.ranges);
      return this.#judge(file, ranges);
    });
  }

  #judge(file: string, ranges: readonly CountedRange[]): FileCoverage {
    const text = readFileSync(file, 'utf8');
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const branches = branchesOf(source);
    const missed = branches.filter((start) => countAt(ranges, start) === 0);
    return {
      file: relative(this.#root, file),
      total: branches.length,
      reached: branches.length - missed.length,
      missed: missed.map((start) => {
        const line = source.getLineAndCharacterOfPosition(start).line;
        return `${line + 1}: ${text.split('\n')[line]?.trim()}`;
      }),
    };
  }
}

/** The count of the innermost block around a place; types are blanked out, so places are those of the source. */
function countAt(ranges: readonly CountedRange[], at: number): number {
  const around = ranges.filter(({ startOffset, endOffset }) => startOffset <= at && at < endOffset);
  around.sort((a, b) => a.endOffset - a.startOffset - (b.endOffset - b.startOffset));
  return around[0]?.count ?? 0;
}

/**
 * Where each branch begins: bodies of functions, both ways of a decision, cases, loops and catches. Accessors decide
 * nothing.
 */
function branchesOf(source: ts.SourceFile): number[] {
  const starts: number[] = [];
  const add = (node: ts.Node | undefined) => node && starts.push(node.getStart(source));
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && !ts.isAccessor(node))
      add(node.body as ts.Node | undefined);
    else if (ts.isIfStatement(node)) {
      add(node.thenStatement);
      add(node.elseStatement);
    } else if (ts.isConditionalExpression(node)) {
      add(node.whenTrue);
      add(node.whenFalse);
    } else if (ts.isCaseOrDefaultClause(node)) add(node.statements[0]);
    else if (ts.isIterationStatement(node, false)) add(node.statement);
    else if (ts.isCatchClause(node)) add(node.block);
    else if (ts.isBinaryExpression(node) && decides(node.operatorToken.kind)) add(node.right);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...new Set(starts)].sort((a, b) => a - b);
}

function decides(operator: ts.SyntaxKind): boolean {
  return (
    operator === ts.SyntaxKind.AmpersandAmpersandToken ||
    operator === ts.SyntaxKind.BarBarToken ||
    operator === ts.SyntaxKind.QuestionQuestionToken
  );
}
