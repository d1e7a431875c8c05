import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../support/project/temp.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the project's linter says of one file at a path. */
async function lint(path: string, text: string): Promise<string> {
  const folder = await tempFolder();
  await mkdir(join(folder, 'templates/base'), { recursive: true });
  for (const config of ['.oxlintrc.json', 'templates/base/_oxlintrc.json'])
    await cp(join(root, config), join(folder, config));
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
  return (
    await execa(join(root, 'node_modules/.bin/oxlint'), ['-c', '.oxlintrc.json', path], {
      cwd: folder,
      reject: false,
    })
  ).stdout;
}

describe('the linter', () => {
  it.each([
    ['src/pipeline/x.ts', '../io/transaction.ts'],
    ['src/pipeline/x.ts', '../ui/ask-project.ts'],
    ['src/pipeline/x.ts', '../commands/create.ts'],
    ['src/pipeline/x.ts', 'fs-extra'],
    ['src/pipeline/x.ts', 'node:fs'],
    ['src/pipeline/x.ts', 'node:fs/promises'],
    ['src/pipeline/x.ts', 'execa'],
    ['src/ui/x.ts', '../pipeline/plan/plan.ts'],
    ['src/ui/x.ts', '../io/transaction.ts'],
    ['src/ui/x.ts', 'fs-extra'],
    ['src/io/x.ts', '../ui/ask-project.ts'],
    ['src/io/x.ts', '@clack/prompts'],
    ['src/io/x.ts', '../commands/create.ts'],
    ['src/commands/x.ts', '../main.ts'],
    ['src/commands/x.ts', 'picocolors'],
    ['src/commands/x.ts', 'fs-extra'],
    ['src/errors.ts', './pipeline/plan/plan.ts'],
    ['src/steps/x.ts', '../commands/create.ts'],
    ['src/steps/x.ts', 'node:fs'],
    ['src/pipeline/x.ts', '../steps/context.ts'],
    ['src/main.ts', 'node:fs'],
    ['registry/agent/core/x.ts', '../store/memory.ts'],
    ['registry/agent/core/x.ts', '../agent.ts'],
    ['registry/agent/core/x.ts', '../policy.ts'],
    ['src/agent/core/x.ts', '../../db.ts'],
    ['src/agent/model/x.ts', '../agent.ts'],
    ['src/agent/store/x.ts', '../policy.ts'],
    ['src/agent/tools/x.ts', '../tools.ts'],
    ['src/agent/worker/x.ts', '../prompt.ts'],
  ])('refuses %s to import %s', async (path, specifier) => {
    expect(await lint(path, `import * as x from '${specifier}';\nexport const y = x;\n`)).toContain(
      'no-restricted-imports',
    );
  });

  it.each([
    ['src/pipeline/x.ts', '../resolve/request.ts'],
    ['src/pipeline/x.ts', '../errors.ts'],
    ['src/io/x.ts', '../pipeline/text/safe-path.ts'],
    ['src/io/x.ts', 'fs-extra'],
    ['src/ui/x.ts', 'picocolors'],
    ['src/commands/x.ts', '../io/transaction.ts'],
    ['src/agent/core/x.ts', './event.ts'],
    ['src/agent/core/x.ts', 'zod'],
    ['src/agent/core/x.test.ts', '../testing/toy-agent.ts'],
    ['src/agent/worker/x.ts', '../agent.ts'],
    ['src/agent/worker/x.ts', '../core/policy.ts'],
    ['src/agent/worker/x.test.ts', '../policy.ts'],
    ['src/agent/tools/x.ts', '../db.ts'],
    ['src/agent/tools/x.ts', '../../policy.ts'],
    ['src/agent/tools.ts', './policy.ts'],
  ])('lets %s import %s', async (path, specifier) => {
    expect(
      await lint(path, `import * as x from '${specifier}';\nexport const y = x;\n`),
    ).not.toContain('no-restricted');
  });

  it('lets src/ui import types of src/pipeline, and nothing else of it', async () => {
    const specifier = '../pipeline/plan/change.ts';
    const type = `import type { Plan } from '${specifier}';\nexport type P = Plan;\n`;
    expect(await lint('src/ui/x.ts', type)).not.toContain('no-restricted');
  });

  it('lets a folder of an agent import types of the files above it, except the core', async () => {
    const type = `import type { NextStep } from '../tools.ts';\nexport type S = NextStep;\n`;
    expect(await lint('src/agent/model/x.ts', type)).not.toContain('no-restricted');
    expect(await lint('src/agent/worker/x.ts', type)).not.toContain('no-restricted');
    expect(await lint('src/agent/core/x.ts', type)).toContain('no-restricted-imports');
  });

  it('refuses fetch but in io', async () => {
    expect(await lint('src/ui/x.ts', 'export const y = () => fetch("x");\n')).toContain(
      'no-restricted-globals',
    );
    expect(await lint('src/io/x.ts', 'export const y = () => fetch("x");\n')).not.toContain(
      'no-restricted-globals',
    );
  });

  it('has the rules of the generated projects as well', async () => {
    expect(await lint('src/ui/x.ts', 'export default 1;\n')).toContain('no-default-export');
  });
});
