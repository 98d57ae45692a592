import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import type { Gate } from '../gate.ts';
import { sourceFiles } from '../sources.ts';

const parts = ['title', 'why', 'next'];
const codeTextsDir = 'resources/texts/en';
const screenTexts = 'renderer/i18n/en.json';

/**
 * Every code has its three sentences and no sentence is without its code; no text of the screens is unused. (That
 * each text which a screen names exists is a matter of types: `TextId`.)
 */
export const texts: Gate = {
  name: 'texts',
  async run(root) {
    const codeFiles = sourceFiles(root, `${codeTextsDir}/*.json`);
    const screens = sourceFiles(root, 'renderer/**/*.ts', 'renderer/**/*.tsx');
    const { errorTable } = await import(pathToFileURL(join(root, 'electron/contract/errors.ts')).href);
    return {
      files: codeFiles.length + screens.length,
      findings: [...checkCodes(root, codeFiles, Object.keys(errorTable)), ...checkScreens(root, screens)],
    };
  },
};

function checkCodes(root: string, files: readonly string[], codes: readonly string[]): string[] {
  const findings: string[] = [];
  const seen = new Map<string, string>();
  for (const file of files) {
    for (const [code, text] of Object.entries(readJson(root, file))) {
      if (seen.has(code)) findings.push(`${file}: ${code} has its text in ${seen.get(code)} already`);
      seen.set(code, basename(file));
      if (!codes.includes(code)) findings.push(`${file}: ${code} is no code`);
      for (const part of parts) {
        const sentence = isRecord(text) ? text[part] : undefined;
        if (typeof sentence !== 'string' || sentence.trim() === '')
          findings.push(`${file}: ${code} has no "${part}"`);
        else findings.push(...checkSentence(file, `${code}.${part}`, sentence));
      }
    }
  }
  for (const code of codes) if (!seen.has(code)) findings.push(`${codeTextsDir}: ${code} has no text`);
  return findings;
}

function checkScreens(root: string, files: readonly string[]): string[] {
  const used = new Set<string>();
  const patterns: RegExp[] = [];
  for (const file of files)
    collectTexts(ts.createSourceFile(file, read(root, file), ts.ScriptTarget.Latest), used, patterns);
  return Object.entries(readJson(root, screenTexts)).flatMap(([key, sentence]) => {
    const isUsed = used.has(key) || patterns.some((pattern) => pattern.test(key));
    return [
      ...(isUsed ? [] : [`${screenTexts}: ${key} is used by no screen`]),
      ...(typeof sentence === 'string' ? checkSentence(screenTexts, key, sentence) : []),
    ];
  });
}

/** Collects what a file may name a text with: plain strings, and templates, whose gaps stand for any word. */
function collectTexts(node: ts.Node, used: Set<string>, patterns: RegExp[]): void {
  if (ts.isStringLiteralLike(node)) used.add(node.text);
  else if (ts.isTemplateExpression(node)) {
    const pieces = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
    // A template without fixed words would stand for every text.
    if (pieces.some((piece) => /\w\.|\.\w/.test(piece)))
      patterns.push(new RegExp(`^${pieces.map(escapeForPattern).join('[\\w.-]+')}$`));
  }
  ts.forEachChild(node, (child) => collectTexts(child, used, patterns));
}

function escapeForPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function checkSentence(file: string, key: string, sentence: string): string[] {
  return sentence.includes('!') ? [`${file}: ${key} has an exclamation mark`] : [];
}

function read(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function readJson(root: string, file: string): Record<string, unknown> {
  return JSON.parse(read(root, file));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
