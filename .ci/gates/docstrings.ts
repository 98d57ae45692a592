import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { Gate } from '../gate.ts';
import { sourceFiles } from '../sources.ts';

/** A file has one subject; past this length it has two. */
const lineLimit = 400;

/** Where every exported function and class must say what it does. */
const documented = /^(electron\/(contract|frame|host|launch|loopback|shell)|native|db)\/.*\.ts$/;

/** Exported functions and classes have a docstring, and files keep to one subject. */
export const docstrings: Gate = {
  name: 'docstrings and length',
  async run(root) {
    const files = sourceFiles(
      root,
      ...['electron', 'native', 'db', 'renderer', '.ci'].map((folder) => `${folder}/**/*.ts`),
      'renderer/**/*.tsx',
    ).filter((file) => !file.endsWith('.gen.ts'));
    const findings = files.flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const lines = text.trimEnd().split('\n').length;
      return [
        ...(lines > lineLimit ? [`${file} has ${lines} lines, more than ${lineLimit}`] : []),
        ...(documented.test(file) ? undocumented(file, text) : []),
      ];
    });
    return { files: files.length, findings };
  },
};

function undocumented(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const exported = source.statements.filter(isExported);
  // One docstring serves all overloads of a function.
  const said = new Set(exported.filter((one) => ts.getJSDocCommentsAndTags(one).length > 0).flatMap(namesOf));
  return exported.flatMap((statement) => {
    const { line } = source.getLineAndCharacterOfPosition(statement.getStart());
    return namesOf(statement)
      .filter((name) => !said.has(name))
      .map((name) => `${file}:${line + 1} ${name} has no docstring`);
  });
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
}

/** The functions and classes that a statement declares. */
function namesOf(statement: ts.Statement): string[] {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))
    return [statement.name?.text ?? 'default'];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations
    .filter(
      ({ initializer }) =>
        initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer)),
    )
    .map(({ name }) => name.getText());
}
