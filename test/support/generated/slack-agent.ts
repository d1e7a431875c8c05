import { readFileSync, writeFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { startServed, type Env, type Started } from './served-agent.ts';
import type { FakeSlack } from './fake-slack/fake-slack.ts';
import { ids } from './fake-slack/workspace.ts';
import { writeProject } from './starter.ts';
import { wholeLines } from './whole-lines.ts';

/** The people of the workspace. `eve` is no one in people.ts; only ada may approve. */
export const accounts = { ada: 'U0ADA', bob: 'U0BOB', eve: 'U0EVE' } as const;

/** Writes the starter with Slack, a server and a store. @returns the folder of the agent */
export async function writeSlackAgent(store: 'store-file' | 'store-sqlite' = 'store-file') {
  const home = await writeProject('starter', 'scripted', 'server', 'slack', store);
  const folder = join(home, 'src/agent');
  const child = readFileSync(new URL('children/slack-agent.ts', import.meta.url), 'utf8');
  const moved = child.replaceAll("'../../../../registry/agent/", "'./");
  renameSync(join(folder, 'agent.ts'), join(folder, 'wired.ts'));
  writeFileSync(join(folder, 'agent.ts'), moved.replace("'./agent.ts'", "'./wired.ts'"));
  edit(join(folder, 'channels/people.ts'), '// ada:', people);
  edit(join(folder, 'channels/people.ts'), /startsPerDay: .*/, 'startsPerDay: 10_000,');
  edit(join(folder, 'tools/deploy.ts'), /await setTimeout\(1_000.*/, leaveMark);
  return folder;
}

const people = `ada: ['slack:${ids.team}:${accounts.ada}'],
  bob: ['slack:${ids.team}:${accounts.bob}'],
  // carol:`;
const leaveMark = `await setTimeout(20, undefined, { signal });
    const { appendFileSync } = await import('node:fs');
    appendFileSync(process.env['EFFECTS'] ?? '', \`\${version} \${to} \${idempotencyKey}\\n\`);`;

/** @throws if there is nothing to replace */
function edit(path: string, from: string | RegExp, to: string): void {
  const text = readFileSync(path, 'utf8');
  const edited = text.replace(from, () => to);
  if (edited === text) throw new Error(`${path} has no ${from}`);
  writeFileSync(path, edited);
}

/** Starts the server of the agent, which Slack then reaches, by HTTP or Socket Mode. */
export async function startSlackAgent(
  folder: string,
  slack: FakeSlack,
  env: Env = {},
): Promise<Started> {
  const way =
    slack.by === 'http'
      ? { SLACK_SIGNING_SECRET: ids.signingSecret }
      : { SLACK_APP_TOKEN: ids.appToken };
  const started = await startServed(folder, {
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: ids.botToken,
    APPROVERS: 'ada',
    EFFECTS: join(folder, 'effects'),
    ...way,
    ...env,
  });
  slack.deliverTo(started.url === '' ? undefined : `${started.url}/slack`);
  return started;
}

/** Ends a process at once, and the way to it. */
export async function kill({ child, ended }: Started, slack: FakeSlack): Promise<void> {
  slack.deliverTo(undefined);
  child.kill('SIGKILL');
  await ended;
}

/** The lines that deployments left: version, target and key. */
export const effectsOf = (folder: string): readonly string[] => wholeLines(join(folder, 'effects'));
