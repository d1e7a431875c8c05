import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { run } from '../support/cli/run.ts';
import { writeStarter } from '../support/generated/starter.ts';
import { tempFolder } from '../support/project/temp.ts';
import { linkPackages } from '../support/project/toolchain.ts';

let starter = '';
beforeAll(async () => {
  starter = await writeStarter(undefined, 'check-model');
});
afterAll(() => rm(starter, { recursive: true, force: true }));

/** What an Anthropic model reads last, as text. */
type Model = (text: string, first: string) => unknown;

/**
 * A server with the Messages API; undefined is no answer at all, a string no JSON, a number a
 * status.
 */
async function anthropic(model: Model) {
  const heard: string[] = [];
  const server: Server = createServer(async (request, response): Promise<void> => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const blocks: readonly { text: string }[] = JSON.parse(body).messages[0].content;
    heard.push(blocks.map(({ text }) => text).join(''));
    const step = model(blocks.at(-1)?.text ?? '', blocks[0]?.text ?? '');
    if (step === undefined) return;
    if (typeof step === 'number') return void response.writeHead(step).end('{}');
    const text = typeof step === 'string' ? step : JSON.stringify({ next_step: step });
    const content = [{ type: 'text', text }];
    const usage = { input_tokens: 1_000, output_tokens: 100 };
    response.end(JSON.stringify({ content, stop_reason: 'end_turn', usage }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return {
    heard,
    env: { ANTHROPIC_API_KEY: 'sk-ant-canary', ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}` },
  };
}

const steps = [
  { intent: 'list_releases' },
  { intent: 'deploy', version: '1.4.2', to: 'staging' },
  { intent: 'request_clarification', question: 'Which version?' },
  { intent: 'done_for_now', message: 'It is done.' },
];
const done = steps[3];

/** Takes the step that the last message names, and ends after anything else. */
const good: Model = (text) =>
  (text.startsWith('<message>') && steps.find(({ intent }) => text.includes(intent))) || done;

type Env = Readonly<Record<string, string>>;

/** What `npm run check:model` runs. */
function check(env: Env, ...args: readonly string[]) {
  const { PATH = '', HOME = '' } = process.env;
  const options = {
    cwd: starter,
    env: { PATH, HOME, ...env },
    extendEnv: false,
    reject: false,
  } as const;
  return execa('node', ['--import', 'tsx', 'src/agent/check-model/main.ts', ...args], options);
}

test('a good model passes, line by line, with what it cost', async () => {
  const { env, heard } = await anthropic(good);
  const { stdout, stderr, exitCode } = await check(env);
  const shown = stdout
    .replaceAll(/\d+ ms/g, (ms) => '9 ms'.padStart(ms.length))
    .replace(/\d+\.\d s/, '0.1 s');
  expect([exitCode, stderr, heard.length]).toEqual([0, '', 10]);
  expect(shown.replaceAll(/ {2,}/g, '  ')).toBe(`\
  Asking the model 10 times

  pass  list_releases  9 ms  1,100 tokens  $0.0030
  pass  deploy  9 ms  1,100 tokens  $0.0030
  pass  request_clarification  9 ms  1,100 tokens  $0.0030
  pass  done_for_now  9 ms  1,100 tokens  $0.0030
  pass  list_releases, in other words  9 ms  1,100 tokens  $0.0030
  pass  deploy, in other words  9 ms  1,100 tokens  $0.0030
  pass  a denial is accepted  9 ms  1,100 tokens  $0.0030
  pass  an error is recovered from  9 ms  1,100 tokens  $0.0030
  pass  an answer is followed  9 ms  1,100 tokens  $0.0030
  pass  a later message counts  9 ms  1,100 tokens  $0.0030

  claude-sonnet-5-5: 10 of 10 passed, 0.1 s, 11,000 tokens, $0.0300`);
  expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
});

test('a bad one does not: it says why, and exits with 1', async () => {
  const { env } = await anthropic((text, first) => {
    if (text.startsWith('<approval>')) return steps[1];
    if (text.includes('list_releases')) return 'Sure!\u001b[2J Here are the releases.';
    return good(text, first);
  });
  const { stdout, exitCode } = await check(env);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/FAIL {2}list_releases .*\n +not a next step: .*expected \{"next_step"/);
  expect(stdout).toMatch(/FAIL {2}a denial is accepted .*\n +it proposed the denied step again/);
  expect(stdout).toContain('7 of 10 passed');
  expect(stdout).not.toContain('\u001b');
});

test('what it prints can be a document', async () => {
  const { env } = await anthropic(good);
  const { stdout } = await check(env, '--json');
  const { results, usage } = JSON.parse(stdout);
  expect(results).toHaveLength(10);
  expect(results[0]).toMatchObject({ what: 'list_releases', passed: true, usage: { usd: 0.003 } });
  expect(usage).toMatchObject({
    model: 'claude-sonnet-5-5',
    input_tokens: 10_000,
    output_tokens: 1_000,
  });
});

test('a wrong key ends it after the first call, and is named, not shown', async () => {
  const { env, heard } = await anthropic(() => 401);
  const { stdout, exitCode } = await check(env);
  expect([exitCode, heard.length]).toEqual([1, 1]);
  expect(stdout).toContain('Anthropic answered 401: is ANTHROPIC_API_KEY right?');
  expect(stdout).toContain('0 of 10 passed, 9 not asked');
  expect(stdout).not.toContain('canary');
});

test.each([
  ['without a key', {}, [], 'put ANTHROPIC_API_KEY or OPENAI_API_KEY into .env'],
  [
    'without a model’s name',
    { LLM_BASE_URL: 'http://127.0.0.1:9/v1' },
    [],
    'Set LLM_MODEL in .env',
  ],
  [
    'for a flag that it does not know',
    { ANTHROPIC_API_KEY: 'k' },
    ['--help'],
    'Usage: check-model [',
  ],
  [
    'for a model that is not there',
    { ANTHROPIC_API_KEY: 'k' },
    ['luna'],
    'agent.ts has no model luna in its models',
  ],
  [
    'for an agent that is not there',
    { ANTHROPIC_API_KEY: 'k' },
    ['--agent', 'luna'],
    'agent.ts has no agent luna; it has main.',
  ],
  ['for a second model', { ANTHROPIC_API_KEY: 'k' }, ['luna', 'sol'], 'Usage: check-model ['],
])('%s nothing is asked', async (_, env, args, message) => {
  const { stdout, stderr, exitCode } = await check(env, ...args);
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toContain(message);
});

test.each([
  ['ANTHROPIC_API_KEY=k\nANTHROPIC_BASE_URL=<url>', 'Anthropic answered 401'],
  ['OPENAI_API_KEY=k\nOPENAI_BASE_URL=<url>/v1', 'OpenAI answered 401'],
  ['LLM_BASE_URL=<url>/v1\nLLM_MODEL=qwen3', 'the model server answered 401'],
])('the variables in .env choose the model: %j', async (variables, message) => {
  const server = createServer((_, response) => void response.writeHead(401).end());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const file = join(starter, '.env');
  await writeFile(file, variables.replace('<url>', `http://127.0.0.1:${port}`));
  onTestFinished(() => rm(file));
  expect((await check({})).stdout).toContain(message);
});

test('Ctrl-C ends it while a model thinks', async () => {
  const { env, heard } = await anthropic(() => undefined);
  const child = check(env);
  await expect.poll(() => heard.length, { timeout: 20_000 }).toBe(1);
  child.kill('SIGINT');
  expect(await child).toMatchObject({ signal: 'SIGINT' });
});

test('once nobody reads on, it ends without a trace, and asks no more', async () => {
  const { env, heard } = await anthropic(good);
  const child = check(env);
  child.stdout.once('data', () => child.stdout.destroy());
  const { exitCode, stderr } = await child;
  expect([exitCode, stderr]).toEqual([1, '']);
  expect(heard.length).toBeLessThan(10);
});

test.each([
  [
    'a new project with a real model',
    ['.', '--no-git', '--model', 'anthropic'],
    'check:model',
    'tsx src/agent/check-model/main.ts',
    'Set ANTHROPIC_API_KEY',
  ],
  [
    'another folder',
    ['add', 'check-model', '--dir', 'lib/my bot'],
    'agent:check:model',
    'tsx "lib/my bot/check-model/main.ts"',
    'A script plays the model',
  ],
])('npm runs it in %s', async (_, args, name, script, reason) => {
  const cwd = join(await tempFolder(), 'shop');
  await mkdir(cwd);
  const compilerOptions = { module: 'nodenext', target: 'es2023', types: ['node'], strict: true };
  if (args[0] === 'add') {
    await writeFile(join(cwd, 'package.json'), '{ "name": "shop", "type": "module" }');
    await writeFile(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  }
  expect(await run([...args, '--no-install', '--yes'], cwd)).toMatchObject({ exitCode: 0 });
  const { scripts } = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8'));
  expect(scripts[name]).toBe(script);
  await linkPackages(cwd);
  const { stderr, exitCode } = await execa('npm', ['run', name], { cwd, reject: false });
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining(reason)]);
});
