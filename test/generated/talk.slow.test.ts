import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environment, terminal } from '../support/generated/pty.ts';
import { writeProject } from '../support/generated/starter.ts';

let template = '';
let careful = '';

/** In the second project, a look at the clock needs a person, and its result has an escape code. */
beforeAll(async () => {
  template = await writeProject('minimal');
  careful = await writeProject('minimal');
  const policy = join(careful, 'src/agent/policy.ts');
  const text = await readFile(policy, 'utf8');
  await writeFile(policy, text.replace("return 'run';", "return { ask: 'clocks cost' };"));
  const zone = join(careful, 'src/agent/model/script.ts');
  const script = await readFile(zone, 'utf8');
  await writeFile(zone, script.replace('`It is ', '`\\u001b]0;owned\\u0007It is '));
});
afterAll(async () => {
  for (const folder of [template, careful]) await rm(folder, { recursive: true, force: true });
});

/** A folder of its own, so that tests do not see each other's threads. */
async function project(home: string): Promise<string> {
  const folder = await mkdtemp(join(home, 'project-'));
  await writeFile(join(folder, 'start.js'), "await import('../start.js');\n");
  return folder;
}

function piped(cwd: string, ...words: readonly string[]): Promise<[number, string, string]> {
  return new Promise((done) => {
    const options = { cwd, env: environment({ USER: 'ada' }) };
    const child = execFile(process.execPath, ['start.js', ...words], options, (_, out, err) =>
      done([child.exitCode ?? -1, out, err]),
    );
    child.stdin?.end();
  });
}

async function threadIn(cwd: string): Promise<string> {
  const [file = ''] = await readdir(join(cwd, '.agent/threads'));
  return file.replace('.jsonl', '');
}

test('a question is asked and answered, and the thread goes on in another process', async () => {
  const cwd = await project(template);
  const first = terminal(cwd);
  await first.sees('Try: what time is it in Asia/Tokyo?');
  await first.sees('> ');
  first.type('what time is it?');
  await first.sees('request_clarification In which time zone?');
  await first.sees('> ');
  first.press('\u0004');
  await first.sees('It is waiting_for_human, and saved.');
  expect(await first.exit).toBe(0);

  const id = await threadIn(cwd);
  const second = terminal(cwd, [id]);
  await second.sees('request_clarification In which time zone?');
  await second.sees('> ');
  second.type('Asia/Tokyo');
  await second.sees('done_for_now It is ');
  await second.sees('> ');
  second.press('\u0003');
  await second.sees(`To go on: npm start ${id}`);
  expect(await second.exit).toBe(0);
});

test('only a y that was typed after the question approves', async () => {
  const cwd = await project(careful);
  const talk = terminal(cwd, ['time', 'in', 'UTC'], { env: { USER: 'ada' } });
  talk.type('y');
  await talk.sees('Approve? It needs a person: clocks cost.');
  talk.type('n');
  await talk.sees('Why? ');
  talk.type('too late');
  await talk.sees('request_clarification');
  await talk.sees('> ');
  talk.type('UTC');
  await talk.sees('Approve?');
  talk.type('Asia/Tokyo instead');
  await talk.sees('current_time {"time_zone":"Asia/Tokyo"}');
  await talk.sees('Approve?');
  talk.type('Y');
  await talk.sees('done_for_now ?]0;owned?It is ');
  await talk.sees('> ');
  talk.press('\u0003');
  expect(await talk.exit).toBe(0);
  const saved = await readFile(join(cwd, '.agent/threads', `${await threadIn(cwd)}.jsonl`), 'utf8');
  expect(saved.match(/"approved".*"type":"approval"/g)).toEqual([
    expect.stringMatching(/"approved":false,"by":"ada","comment":"too late"/),
    expect.stringMatching(/"approved":true,"by":"ada"/),
  ]);
});

test('without a terminal it asks nobody, and ends where a person is needed', async () => {
  const cwd = await project(careful);
  const [code, out, err] = await piped(cwd, 'time in UTC');
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('current_time {"time_zone":"UTC"}');
  expect(out).toContain(
    `It is waiting_for_approval, and saved. To go on: npm start ${await threadIn(cwd)}`,
  );
});

test('an unknown thread is refused, and so is one that cannot be read', async () => {
  const cwd = await project(template);
  expect(await piped(cwd, 't_nowhere')).toEqual([1, '', 'There is no thread t_nowhere.\n']);
  await piped(cwd, 'time in UTC');
  const id = await threadIn(cwd);
  await appendFile(join(cwd, '.agent/threads', `${id}.jsonl`), '{"v":99}\n');
  const [code, , err] = await piped(cwd, id);
  expect([code, err]).toEqual([1, expect.stringContaining('is damaged at line')]);
});
