import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

/** The device protocol has the clauses A1 to A56; tests cite them in their titles. */
const LAST_CLAUSE = 56;

const root = join(import.meta.dirname, '../..');

it('every clause of the device protocol is named in the title of a test', () => {
  const named = new Set(
    globSync('tests/**/*.test.ts', { cwd: root }).flatMap((file) =>
      titlesIn(readFileSync(join(root, file), 'utf8')).flatMap(clausesIn),
    ),
  );
  const all = Array.from({ length: LAST_CLAUSE }, (_, index) => index + 1);
  expect(all.filter((clause) => !named.has(clause)).map((clause) => `A${clause}`)).toEqual([]);
});

it('ranges are read as every clause in them', () => {
  const titles = titlesIn(`
    // A1 in a comment is no title
    describe('refusals (A17–A19)', () => {
      it.each([['by a restart (A39)', 1]])('%s (A2, A20)', () => expect('A3').toBe(1));
    });`);
  expect(titles.flatMap(clausesIn).sort((a, b) => a - b)).toEqual([2, 17, 18, 19, 20, 39]);
});

/** The titles of tests and groups in a source, rows of `each` included. */
function titlesIn(source: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(describe|it|test)\b/.test(node.getText())) {
      const [first] = node.arguments;
      if (first !== undefined && !ts.isFunctionLike(first)) titles.push(...textsIn(first));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('test.ts', source, ts.ScriptTarget.Latest, true));
  return titles;
}

function textsIn(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isFunctionLike(node)) return [];
  const texts: string[] = [];
  ts.forEachChild(node, (child) => void texts.push(...textsIn(child)));
  return texts;
}

function clausesIn(title: string): number[] {
  return [...title.matchAll(/\bA(\d{1,2})(?:–A(\d{1,2}))?\b/g)].flatMap(([, first, last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index),
  );
}
