import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { rules } from '../../electron/host/rules/index.ts';
import en from '../../renderer/i18n/en.json';

const root = join(import.meta.dirname, '../../renderer');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name, source: parse(name, readFileSync(join(root, name), 'utf8')) }));

/** Attributes that a person reads or hears. */
const SPOKEN = new Set([
  'aria-label',
  'aria-description',
  'aria-placeholder',
  'title',
  'placeholder',
  'alt',
  'label',
  'lead',
  'busy',
  'notYet',
  'hint',
]);

function parse(name: string, text: string): ts.SourceFile {
  return ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  node.forEachChild((child) => visit(child, look));
}

/** Words that stand in the markup itself instead of the file of texts. */
function literalTexts(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const hasWord = (text: string) => /\p{L}{2}/u.test(text);
  visit(source, (node) => {
    // The sample on the drawing of a label is a form, not a text.
    if (ts.isJsxText(node) && hasWord(node.text) && node.text.trim() !== 'HH.HH.HH')
      found.push(node.text.trim());
    if (!ts.isJsxAttribute(node) || !SPOKEN.has(node.name.getText())) return;
    if (node.initializer && ts.isStringLiteral(node.initializer) && hasWord(node.initializer.text)) {
      found.push(node.getText());
    }
  });
  return found;
}

/** Every string and every template in the sources, the latter as a pattern. */
function mentions(): { exact: Set<string>; patterns: RegExp[] } {
  const exact = new Set<string>();
  const patterns: RegExp[] = [];
  const quoted = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  for (const { source } of files) {
    visit(source, (node) => {
      if (ts.isStringLiteralLike(node)) exact.add(node.text);
      if (ts.isTemplateExpression(node) && /^[a-z_]+\./.test(node.head.text)) {
        const rest = node.templateSpans.map((span) => `[\\w.]+${quoted(span.literal.text)}`).join('');
        patterns.push(new RegExp(`^${quoted(node.head.text)}${rest}$`));
      }
    });
  }
  return { exact, patterns };
}

describe('the texts of the screens', () => {
  it('look at every source file', () => {
    expect(files.length).toBeGreaterThan(60);
  });

  it('stand in the file of texts, none in the markup', () => {
    const found = files.flatMap(({ name, source }) => literalTexts(source).map((text) => `${name}: ${text}`));
    expect(found).toEqual([]);
  });

  it('would be noticed in the markup', () => {
    expect(literalTexts(parse('planted.tsx', '<p title="Hello you">Good day {x}</p>'))).toEqual([
      'title="Hello you"',
      'Good day',
    ]);
  });

  it('are all used', () => {
    const { exact, patterns } = mentions();
    const unused = Object.keys(en).filter(
      (key) => !exact.has(key) && !patterns.some((pattern) => pattern.test(key)),
    );
    expect(unused).toEqual([]);
  });

  it('are plain: no exclamation marks, no blanks at the ends, no straight quotes', () => {
    const bad = Object.entries(en).filter(([, text]) => /!|^\s|\s$|'|"/.test(text));
    expect(bad).toEqual([]);
  });

  it('have a sentence for every rule that holds', () => {
    const codes = new Set(rules.flatMap((rule) => rule.codes));
    expect(codes.size).toBeGreaterThan(20);
    expect([...codes].filter((code) => !Object.hasOwn(en, `rule.passed.${code}`))).toEqual([]);
  });
});
