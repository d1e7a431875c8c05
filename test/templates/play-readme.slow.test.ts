import { LLMock } from '@copilotkit/aimock';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { cleanEnv, filesOnly, succeed } from '../support/cli/run.ts';
import { edit } from '../support/docs/edit.ts';
import { shims } from '../support/docs/play-doc.ts';
import { commandsIn } from '../support/docs/readme-problems.ts';
import { passOwnChecks } from '../support/project/own-checks.ts';
import { tempFolder } from '../support/project/temp.ts';
import { linkPackages } from '../support/project/toolchain.ts';
import { home } from '../support/registry/package.ts';

/** A created project, and what runs a command of its README in it. */
type Played = {
  readonly root: string;
  readonly readme: string;
  readonly sh: (command: string) => Promise<{ readonly exitCode?: number; readonly all: string }>;
};

async function created(flags: readonly string[]): Promise<Played> {
  const folder = await tempFolder();
  await succeed(folder, 'bot', ...flags, ...filesOnly);
  const root = join(folder, 'bot');
  await linkPackages(root);
  const env = { ...(await cleanEnv()), ...(await shims(root, home)), USER: 'ada' };
  const sh = (command: string) =>
    execa('sh', ['-c', command], {
      cwd: root,
      env,
      extendEnv: false,
      reject: false,
      all: true,
      stdin: 'ignore',
    });
  return { root, readme: await readFile(join(root, 'README.md'), 'utf8'), sh };
}

/** A provider whose model ends each thread at once. */
async function startProvider(): Promise<string> {
  const provider = await LLMock.create({ port: 0 });
  onTestFinished(() => provider.stop());
  const step = { intent: 'done_for_now', message: 'All is done.' };
  provider.on({}, () => ({ content: JSON.stringify({ next_step: step }) }));
  return provider.url;
}

/** Runs the commands of the blocks, in order. A call is the last that a command before named. */
async function playBlocks({ root, readme, sh }: Played, variables: string): Promise<void> {
  let said = '';
  for (const command of commandsIn(readme)) {
    const call = [...said.matchAll(/(?:approve|answer) (t_\w+:\d+)/g)].at(-1)?.[1];
    if (command.includes('<call>') && call === undefined) continue;
    const { exitCode, all } = await sh(command.replace('<call>', call ?? ''));
    // Without a terminal, the whole terminal has no conversation. The one of talk.ts just ends.
    const isEnded = exitCode === 0 || all.includes('A conversation needs a terminal');
    expect([command, isEnded, all]).toEqual([command, true, all]);
    if (command.startsWith('cp ')) await appendFile(join(root, '.env'), variables);
    said += all;
  }
}

const minimal = ['--template', 'minimal'];
const hasSqlite = process.getBuiltinModule('node:sqlite' as 'fs') !== undefined;
const combinations: readonly (readonly string[])[] = [
  [],
  minimal,
  ['--template', 'empty'],
  ['--store', 'memory'],
  [...minimal, '--store', 'memory'],
  ...(hasSqlite ? [['--store', 'sqlite']] : []),
  ['--model', 'openai-compatible'],
  ['--model', 'scripted', '--with', 'server'],
  ['--template', 'deploybot'],
];

it.each(combinations.map((flags) => [flags.join(' ') || 'no flags', flags] as const))(
  'with %s, each command of the README does what it says',
  { timeout: 300_000 },
  async (_, flags) => {
    const url = flags.includes('openai-compatible') ? await startProvider() : '';
    const project = await created(flags);
    await playBlocks(project, `\nLLM_BASE_URL=${url}/v1\nLLM_MODEL=qwen3\n`);
    const [, example = 'hello'] = /start "(.*)"/.exec(project.readme) ?? [];
    const built = await project.sh(`npm run build && node dist/agent.cjs ${quoted(example)}`);
    expect([built.exitCode, built.all]).toEqual([0, expect.stringContaining('started')]);
  },
);

const quoted = (words: string): string => JSON.stringify(words);

it.each([[[]], [minimal], [['--template', 'empty']], [['--template', 'deploybot']]])(
  'with %j, its tool and its rule are written as it says, and fit',
  { timeout: 300_000 },
  async (flags) => {
    const { root, readme, sh } = await created(flags);
    const [tool = '', rule = ''] = [...readme.matchAll(/^( *)```ts\n([^]*?)^ *```$/gm)]
      .map(([, indent = '', text = '']) => text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''))
      .filter((text) => !text.includes('restart.action'));
    await mkdir(join(root, 'src/agent/tools'), { recursive: true });
    await writeFile(join(root, 'src/agent/tools/restart.ts'), tool);
    const change = async (path: string, diff: string) => {
      const text = await readFile(join(root, path), 'utf8');
      await writeFile(join(root, path), edit(text, diff));
    };
    await change(
      'src/agent/tools.ts',
      ` import type * as z from 'zod';
+import { restart } from './tools/restart.ts';
...
   done_for_now: doneForNow,
+  restart,
...
       return doneForNow;
+    case 'restart':
+      return restart.action(step);
`,
    );
    await change('src/agent/policy.ts', `     switch (step.intent) {\n+${rule}`);
    expect((await sh('npm run format')).exitCode).toBe(0);
    await passOwnChecks(root);
    const unset = await readFile(join(root, '.env.example'), 'utf8');
    await writeFile(join(root, '.env'), unset.replaceAll(/^(\w+)=$/gm, '$1=x'));
    const { all } = await sh('npx create-12-factor-agent@latest doctor');
    expect(all).toContain('No problems.');
  },
);

it.each([[minimal], [['--template', 'empty', '--store', 'memory']]])(
  'with %j, what it says to add can be added',
  { timeout: 300_000 },
  async (flags) => {
    const { root, readme, sh } = await created(flags);
    const added = [...readme.matchAll(/`(npx create-12-factor-agent@latest add [^`<]+)`/g)];
    expect(added.length).toBeGreaterThan(1);
    for (const [, command = ''] of added) {
      const { exitCode, all } = await sh(`${command} --yes --no-install`);
      expect([command, exitCode, all]).toEqual([command, 0, all]);
    }
    await passOwnChecks(root);
  },
);
