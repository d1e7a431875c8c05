import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../support/cli/run.ts';
import { tempFolder, textsUnder } from '../support/project/temp.ts';
import { linkPackages } from '../support/project/toolchain.ts';

type Finding = { readonly level: string; readonly what: string; readonly about?: string };
type Report = { readonly findings: readonly Finding[]; readonly problems: number };

/** A new project, below a folder with its packages. */
async function created(...flags: readonly string[]): Promise<string> {
  const folder = await tempFolder();
  const { exitCode, stderr } = await run(
    ['bot', '--yes', '--no-install', '--no-git', ...flags],
    folder,
  );
  expect([exitCode, stderr]).toEqual([0, '']);
  await linkPackages(folder);
  return join(folder, 'bot');
}

async function examined(
  root: string,
  env?: Record<string, string>,
): Promise<Report & { readonly exitCode: number }> {
  const { exitCode, stdout } = await run(['doctor', '--json'], root, env);
  return { exitCode, ...(JSON.parse(stdout) as Report) };
}

/** Replaces a part of a file that must be there. */
async function edit(path: string, part: string, by: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  expect(text).toContain(part);
  await writeFile(path, text.replace(part, by));
}

const conflict = '<<<<<<< yours\na\n||||||| base\n=======\nb\n>>>>>>> upstream\n';

it.each([
  ['starter', 'has a case; every tool sets onUnknownOutcome\n'],
  ['minimal', 'has a case; every tool sets onUnknownOutcome\n'],
  ['empty', 'has a case\n'],
])('a new project of %s has no problems, and nothing is written', async (template, tools) => {
  const root = await created('--template', template);
  const before = await textsUnder(root);
  const { exitCode, stdout, stderr } = await run(['doctor'], root);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`ok    every intent in tools.ts ${tools}`);
  expect(stdout).toMatch(/^ok {4}12 factors: (all|\d+ covered)/m);
  expect(stdout).not.toContain('no component');
  expect(stdout).toMatch(/No problems\.$/);
  expect(stdout).not.toMatch(/^(warn|FAIL)/m);
  expect(await textsUnder(root)).toEqual(before);
});

it('a new deploybot lacks nothing but variables', async () => {
  const { findings } = await examined(await created('--template', 'deploybot'));
  const wrong = findings.filter(
    ({ level, what }) => level !== 'ok' && !what.endsWith(' is not set'),
  );
  expect(wrong).toEqual([]);
});

describe('one thing broken', () => {
  it.each<[string, (root: string) => Promise<unknown>, RegExp, RegExp]>([
    [
      'an intent without a case',
      (root) =>
        edit(
          join(root, 'src/agent/tools.ts'),
          `    case 'deploy':\n      return deploy.action(step);\n`,
          '',
        ),
      /^deploy has no case in src\/agent\/tools\.ts$/,
      /actionFor/,
    ],
    [
      'a case without an intent',
      (root) => edit(join(root, 'src/agent/tools.ts'), '  deploy,\n', ''),
      /^deploy has a case in src\/agent\/tools\.ts, but no tool$/,
      /oneOf.*, or take the case out$/,
    ],
    [
      'a tool without onUnknownOutcome',
      (root) =>
        edit(join(root, 'src/agent/tools/deploy.ts'), `  onUnknownOutcome: 'ask_human',\n`, ''),
      /^deploy does not set onUnknownOutcome$/,
      /^src\/agent\/tools\/deploy\.ts:6: /,
    ],
    [
      'a tool that is no TypeScript',
      (root) => appendFile(join(root, 'src/agent/tools/deploy.ts'), 'export const = 1;\n'),
      /^src\/agent\/tools\/deploy\.ts:24 is not valid TypeScript$/,
      /Unexpected token/,
    ],
    [
      'an import of a file that is gone',
      (root) => appendFile(join(root, 'src/agent/prompt.ts'), "import './gone.ts';\n"),
      /^src\/agent\/prompt\.ts:\d+ imports \.\/gone\.ts: there is no such file$/,
      /take out the line .* or restore the file/,
    ],
    [
      'a .env in UTF-16',
      (root) => writeFile(join(root, '.env'), Buffer.from('\uFEFFA=1\n', 'utf16le')),
      /^\.env is not UTF-8$/,
      /save it again/,
    ],
    [
      'conflict markers',
      (root) => appendFile(join(root, 'src/agent/core/errors.ts'), conflict),
      /^src\/agent\/core\/errors\.ts:\d+-\d+ still has conflict markers$/,
      /merge both versions/,
    ],
    [
      'a package that package.json lost',
      (root) => edit(join(root, 'package.json'), '"zod"', '"zed"'),
      /^zod is not in package\.json$/,
      /^npm install "zod@/,
    ],
    [
      'packages that are not installed',
      (root) => rm(join(root, '../node_modules')),
      /^not installed: .*zod/,
      /^npm install$/,
    ],
    [
      'a base that is not what its name says',
      async (root) => {
        const folder = join(root, '.12-factor/base');
        const lock = JSON.parse(await readFile(join(root, '.12-factor/lock.json'), 'utf8')) as {
          files: Record<string, { base: string }>;
        };
        await appendFile(join(folder, lock.files['src/agent/core/loop.ts']?.base ?? ''), 'x');
      },
      /^lost or changed: the base copy of src\/agent\/core\/loop\.ts$/,
      /git checkout/,
    ],
    [
      'a folder that was moved',
      async (root) => {
        await mkdir(join(root, 'lib'));
        await rename(join(root, 'src/agent'), join(root, 'lib/bot'));
      },
      /^src\/agent does not exist$/,
      /"dir" in 12-factor\.json to "lib\/bot"$/,
    ],
    [
      'a folder that was deleted',
      (root) => rm(join(root, 'src'), { recursive: true }),
      /^src\/agent does not exist$/,
      /"dir" in 12-factor\.json$/,
    ],
  ])('%s is one problem', async (_, damage, what, about) => {
    const root = await created();
    await damage(root);
    const { exitCode, findings, problems } = await examined(root);
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([
      {
        level: 'fail',
        what: expect.stringMatching(what) as unknown,
        about: expect.stringMatching(about) as unknown,
      },
    ]);
    expect([exitCode, problems]).toEqual([1, 1]);
  });
});

describe('a model that needs variables', () => {
  it.each<[string, string, Record<string, string>, readonly string[]]>([
    ['anthropic', '', {}, ['ANTHROPIC_API_KEY']],
    ['anthropic', 'ANTHROPIC_API_KEY=\n', {}, ['ANTHROPIC_API_KEY']],
    ['anthropic', 'ANTHROPIC_API_KEY=sk-1\n', {}, []],
    ['anthropic', '', { ANTHROPIC_API_KEY: 'sk-1' }, []],
    ['openai-compatible', 'LLM_MODEL=m\n', {}, ['LLM_BASE_URL']],
    ['scripted', '', {}, []],
  ])('%s with %j in .env and %j around misses %j', async (model, text, env, names) => {
    const root = await created('--model', model);
    if (text !== '') await writeFile(join(root, '.env'), text);
    const { findings, problems } = await examined(root, env);
    const failed = findings.filter(({ level }) => level === 'fail').map(({ what }) => what);
    expect(failed).toEqual(names.map((name) => `${name} is not set`));
    expect(problems).toBe(names.length);
    expect(JSON.stringify(findings)).not.toContain('sk-1');
  });
});

it('warnings are no problems: a tool without a rule, no git', async () => {
  const root = await created();
  await edit(
    join(root, 'src/agent/policy.ts'),
    `      case 'list_releases':\n        return 'run';\n`,
    '',
  );
  const bin = join(await tempFolder(), 'bin');
  await mkdir(bin);
  const paths = (process.env['PATH'] ?? '').split(delimiter);
  const hasGit = await Promise.all(
    paths.map(async (path) =>
      (await readdir(path).catch(() => [])).some((name) => /^git(\.exe)?$/.test(name)),
    ),
  );
  await symlink(process.execPath, join(bin, 'node'));
  const PATH = [bin, ...paths.filter((_, index) => !hasGit[index])].join(delimiter);
  const { exitCode, findings, problems } = await examined(root, { PATH });
  expect(findings.filter(({ level }) => level === 'warn').map(({ what }) => what)).toEqual([
    'list_releases has no approval rule',
    'git is not on the PATH',
  ]);
  expect([exitCode, problems]).toEqual([0, 0]);
});

it('edits are counted, and another format is none', async () => {
  const root = await created();
  await appendFile(join(root, 'src/agent/core/loop.ts'), '// mine\n');
  await rm(join(root, 'src/agent/core/sanitize.ts'));
  const tools = join(root, 'src/agent/tools.ts');
  await writeFile(
    tools,
    (await readFile(tools, 'utf8')).replaceAll(/\n +/g, ' ').replaceAll("'", '"'),
  );
  const { findings } = await examined(root);
  expect(findings.map(({ what }) => what)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^update has what it needs \(\d+ files\); 1 edited, 1 deleted by you$/),
      'every intent in tools.ts has a case; every tool sets onUnknownOutcome',
    ]),
  );
});

it('where nothing is installed it says how to begin', async () => {
  const root = await tempFolder();
  await writeFile(join(root, 'package.json'), '{}');
  await writeFile(join(root, 'tsconfig.json'), '{}');
  const { exitCode, stderr } = await run(['doctor'], root);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('add agent');
});
