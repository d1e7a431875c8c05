import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { AgentForPeople } from '../../registry/agent/core/people.ts';
import { answer, approve, start } from '../../registry/agent/core/people.ts';
import { listAll, load, type Store, type Thread } from '../../registry/agent/core/store.ts';
import { fileStore } from '../../registry/agent/store/file.ts';
import { freePort } from '../support/generated/database-servers.ts';
import { send } from '../support/generated/http.ts';
import { writeProject } from '../support/generated/starter.ts';
import { randomOf } from '../support/random.ts';

const KILLS = 100;
/** Each process has a clock that is ahead by this: what the one before claimed is then over. */
const AHEAD_MS = 20 * 60_000;

let home = '';
beforeAll(async () => void (home = await writeProject('deploybot', 'scripted')));
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));

type Deployed = { readonly key: string; readonly service: string; readonly tag: string };

/** What the target deployed: a line each. */
function deployedIn(file: string): readonly Deployed[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

const environment = (more: Readonly<Record<string, string>>) => {
  const { PATH = '' } = process.env;
  return { PATH, HOME: home, USER: 'ada', APPROVERS: 'ada,api', ...more };
};

function run(env: Readonly<Record<string, string>>, ...args: string[]) {
  const child = spawn(process.execPath, args, { cwd: home, env: environment(env) });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

const requireBanner =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
const worker = `
import { agent } from './src/agent/agent.ts';
import { startWorker } from './src/agent/worker/worker.ts';
const ahead = Number(process.argv[2]);
startWorker({ ...agent, outbox: undefined, triggers: {}, now: () => Date.now() + ahead }, {
  everyMs: 20,
  log: () => undefined,
});
process.stdout.write('ready');
`;

test(
  'a pipeline whose worker is killed a hundred times deploys each tag once, and ends',
  { timeout: 900_000 },
  async () => {
    // One file starts fast, so that most kills hit work.
    await build({
      stdin: { contents: worker, resolveDir: home, loader: 'ts' },
      outfile: join(home, 'worker.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      banner: { js: requireBanner },
    });
    const random = randomOf(42);
    const file = join(home, 'killed.jsonl');
    const store = fileStore(join(home, '.agent/threads'));
    const people: AgentForPeople = { store, now: Date.now, policy: { approvers: ['ada'] } };
    const ends = new Map<number, unknown>();
    let kills = 0;
    for (let number = 102; kills < KILLS; number += 1) {
      // The others end before they deploy, or are refused.
      if (![2, 3, 6].includes(number % 10)) continue;
      const text = `pull request ${number} was merged`;
      const { id } = await start(people, { channel: 'test', from: 'ada', text });
      for (;;) {
        const env = { TARGET_FILE: file, TARGET_MS: '120' };
        const child = run(env, 'worker.mjs', String(kills * AHEAD_MS));
        await once(child.stdout, 'data');
        const until = Date.now() + random.below(500);
        while (Date.now() < until) {
          await answerAll(people, file);
          await sleep(5);
        }
        await kill(child);
        kills += 1;
        const thread = await load(store, id);
        if (thread.state.status === 'done') {
          ends.set(number, endOf(thread));
          break;
        }
        expect(kills).toBeLessThan(3 * KILLS);
      }
    }
    const deployed = deployedIn(file);
    expect(new Set(deployed.map(({ key }) => key)).size).toBe(deployed.length);
    for (const [number, end] of ends) {
      const isBad = number % 10 === 3;
      expect(end).toContain(isBad ? 'was rolled back' : `backend runs 1.${number}.0`);
      const count = (service: string) =>
        deployed.filter((one) => one.service === service && one.tag === `1.${number}.0`).length;
      // A rollback of the next one may deploy it again.
      const isTakenBackTo = ends.has(number + 1) && (number + 1) % 10 === 3;
      const times = isTakenBackTo ? 2 : 1;
      expect([number, count('frontend'), count('backend')]).toEqual([number, times, times]);
    }
    const taken = await takeovers(store);
    expect(taken).toBeGreaterThan(KILLS / 10);
    console.info(`${kills} kills, ${taken} steps taken over, ${deployed.length} deployments`);
  },
);

/** Answers for ada: yes to each request, and what the target has to each question. */
async function answerAll(people: AgentForPeople, file: string): Promise<void> {
  for await (const { id } of listAll(people.store, { limit: 500 })) {
    const { state } = await load(people.store, id);
    const { open } = state;
    if (state.status === 'waiting_for_approval') {
      await approve(people, open?.call_id ?? '', { approved: true, by: 'ada' });
    } else if (state.status === 'waiting_for_human') {
      const isThere = deployedIn(file).some(({ key }) => key === open?.call_id);
      const isStep = open?.step?.intent === 'deploy' || open?.step?.intent === 'roll_back';
      const text = isThere ? 'it is deployed' : 'it is not deployed: try again';
      await answer(people, open?.call_id ?? '', { by: 'ada', text: isStep ? text : 'retry' });
    }
  }
}

/** Counts the steps that a process ran again after the one before had died. */
async function takeovers(store: Store): Promise<number> {
  let count = 0;
  for await (const { id } of listAll(store, { limit: 500 })) {
    const { events } = await load(store, id);
    count += events.filter((one) => one.type === 'tool_started' && one.attempt > 1).length;
  }
  return count;
}

function endOf({ events }: Thread): unknown {
  const [last] = events.filter((event) => event.type === 'tool_call').slice(-1);
  return last?.step['message'];
}

const secret = 'a secret of GitHub';

/** Delivers a merged pull request, as GitHub signs it. @returns the thread */
async function deliver(url: string, number: number): Promise<string> {
  const pull_request = { merged: true, number, title: 'Faster', base: { ref: 'main' } };
  const body = { action: 'closed', pull_request, repository: { full_name: 'acme/shop' } };
  const signature = createHmac('sha256', secret).update(JSON.stringify(body)).digest('hex');
  const headers = { 'x-hub-signature-256': `sha256=${signature}` };
  const { status, text } = await send(url, 'POST', '/webhooks/github', { body, headers });
  expect(status).toBe(202);
  return JSON.parse(text).id;
}

test(
  'a signed webhook starts one pipeline; people approve by the link and over HTTP',
  { timeout: 120_000 },
  async () => {
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const file = join(home, 'served.jsonl');
    const env = {
      PORT: port,
      PUBLIC_URL: url,
      LINK_SECRETS: 's'.repeat(32),
      REPORT_SECRET: 'r'.repeat(32),
      GITHUB_WEBHOOK_SECRET: secret,
      API_TOKEN: 'token',
      TARGET_FILE: file,
      TARGET_MS: '200',
    };
    const child = run(env, '--import', 'tsx', 'src/agent/server/main.ts');
    let out = '';
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (out += text.toString()));
    await vi.waitFor(() => expect(out).toContain('Listening'), { timeout: 20_000 });

    const id = await deliver(url, 43);
    expect(await deliver(url, 43)).toBe(id);
    const link = await vi.waitFor(() => linkIn(out), { timeout: 20_000 });
    const page = await (await fetch(link)).text();
    for (const shown of [page, out]) {
      expect(shown).toContain('1.43.0');
      expect(shown).toContain('Pull request 43 was merged. Bring it to production.');
      expect(shown).toMatch(/pull_request: 43/);
    }
    const [, call = ''] = /name="call" value="([^"]+)"/.exec(page) ?? [];
    const approved = await fetch(link, {
      method: 'POST',
      headers: { origin: url },
      body: new URLSearchParams({ call, act: 'approve' }),
      redirect: 'manual',
    });
    expect(approved.status).toBe(303);

    const token = { authorization: 'Bearer token' };
    const [agentThread = ''] = call.split(':');
    const open = await vi.waitFor(
      async () => {
        const { text } = await send(url, 'GET', `/threads/${agentThread}`, { headers: token });
        const { open: now } = JSON.parse(text);
        expect(now?.step?.service).toBe('backend');
        return now;
      },
      { timeout: 20_000 },
    );
    const body = { call_id: open.call_id, approved: true };
    const path = `/threads/${agentThread}/approvals`;
    expect((await send(url, 'POST', path, { body, headers: token })).status).toBe(202);

    const done = await vi.waitFor(
      async () => {
        const { text } = await send(url, 'GET', `/threads/${id}`, { headers: token });
        const document = JSON.parse(text);
        expect(document.status).toBe('done');
        return document;
      },
      { timeout: 20_000 },
    );
    expect(endOf(done)).toContain('Pull request 43 was rolled back.');
    const told = `To all: ${id} is done: Pull request 43 was rolled back.`;
    await vi.waitFor(() => expect(out).toContain(told), { timeout: 20_000 });
    expect(deployedIn(file).map(({ service, tag }) => `${service} ${tag}`)).toEqual([
      'frontend 1.43.0',
      'backend 1.43.0',
      'frontend 1.40.0',
      'backend 1.40.0',
    ]);
    const { text } = await send(url, 'GET', `/threads/${agentThread}`, { headers: token });
    expect(text).toContain('tool_pending');
  },
);

function linkIn(out: string): string {
  const [link = ''] = /http:\S+\/answer\/\S+/.exec(out) ?? [];
  expect(link).not.toBe('');
  return link;
}
