import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { acts } from '../../registry/agent/inspector/acts.ts';
import { elements } from '../../registry/agent/inspector/elements.ts';
import { events } from '../../registry/agent/inspector/events.ts';
import { list } from '../../registry/agent/inspector/list.ts';
import { requests } from '../../registry/agent/inspector/requests.ts';
import { script } from '../../registry/agent/inspector/script.ts';
import { thread } from '../../registry/agent/inspector/thread.ts';

test('the script of the page uses only names that exist', () => {
  const options: ts.CompilerOptions = {
    allowJs: true,
    checkJs: true,
    noEmit: true,
    noUnusedLocals: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, target) =>
    name === 'page.js'
      ? ts.createSourceFile(name, `${script}\nexport {};`, target)
      : getSourceFile.call(host, name, target);
  const program = ts.createProgram(['page.js'], options, host);
  const problems = ts.getPreEmitDiagnostics(program, program.getSourceFile('page.js'));
  const missing = problems.filter(({ code }) => [2304, 2552, 6133, 1005, 2451].includes(code));
  expect(missing.map(({ messageText }) => messageText)).toEqual([]);
});

test.each(Object.entries({ elements, requests, list, thread, events, acts }))(
  'its part %s has the layout of other code',
  async (name, part) => {
    const settings = JSON.parse(readFileSync('.prettierrc.json', 'utf8'));
    const formatted = await format(part, { ...settings, parser: 'babel' });
    expect(part.trim()).toBe(formatted.trim());
  },
);
