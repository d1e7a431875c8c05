import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { terminal } from '../support/generated/pty.ts';
import { runStarter, threadFolder, writeProject } from '../support/generated/starter.ts';

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

async function threadIn(cwd: string): Promise<string> {
  const [file = ''] = await readdir(join(cwd, '.agent/threads'));
  return file.replace('.jsonl', '');
}

test('a question is asked and answered, and the thread goes on in another process', async () => {
  const cwd = await threadFolder(template);
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
  const cwd = await threadFolder(careful);
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
  await talk.sees('done_for_now \\u{1b}]0;owned\\u{7}It is ');
  await talk.sees('> ');
  talk.press('\u0003');
  expect(await talk.exit).toBe(0);
  const saved = await readFile(join(cwd, '.agent/threads', `${await threadIn(cwd)}.jsonl`), 'utf8');
  const approvals = saved.match(/\{[^{}]*"type":"approval"[^{}]*\}/g) ?? [];
  expect(approvals.map((event): unknown => JSON.parse(event))).toMatchObject([
    { approved: false, by: 'ada', comment: 'too late' },
    { approved: true, by: 'ada' },
  ]);
});

test('a question of a small agent is asked, and both threads go on', async () => {
  const delegating = await writeProject('minimal', undefined, 'delegate');
  const file = join(delegating, 'src/agent/model/script.ts');
  const script = await readFile(file, 'utf8');
  const steps = `
  const [first] = events;
  const isHelper = first?.type === 'message' && first.agent === 'helper';
  if (!isHelper && events.length === 1) return { intent: 'delegate', to: 'helper', task: 'when?' };
  const outcome = events.find((event) => /^(tool_result|human_response)$/.test(event.type));
  if (outcome) return { intent: 'done_for_now', message: JSON.stringify(outcome) };
  return { intent: 'request_clarification', question: 'Which day?' };
}
function before(events: readonly Event[]): NextStep {`;
  const head = 'function nextStep(events: readonly Event[]): NextStep {';
  await writeFile(file, script.replace(head, head + steps));
  const policy = join(delegating, 'src/agent/policy.ts');
  const rules = await readFile(policy, 'utf8');
  await writeFile(policy, rules.replace("case 'current_time':", "case 'delegate':"));
  const cwd = await threadFolder(delegating);
  const talk = terminal(cwd, ['when', 'is', 'it'], { env: { USER: 'ada' } });
  await talk.sees('request_clarification Which day?');
  await talk.sees('> ');
  talk.type('Friday');
  await talk.sees('"text":"Friday"');
  await talk.sees('"type":"tool_result"');
  await talk.sees('> ');
  talk.press('\u0003');
  expect(await talk.exit).toBe(0);
  await rm(delegating, { recursive: true, force: true });
});

test('without a terminal it asks nobody, and ends where a person is needed', async () => {
  const cwd = await threadFolder(careful);
  const { code, out, err } = await runStarter(cwd, cwd, ['time in UTC']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('current_time {"time_zone":"UTC"}');
  expect(out).toContain(
    `It is waiting_for_approval, and saved. To go on: npm start ${await threadIn(cwd)}`,
  );
});

test('an unknown thread is refused, and so is one that cannot be read', async () => {
  const cwd = await threadFolder(template);
  const err = 'There is no thread t_nowhere.\n';
  expect(await runStarter(cwd, cwd, ['t_nowhere'])).toEqual({ code: 1, out: '', err });
  await runStarter(cwd, cwd, ['time in UTC']);
  const id = await threadIn(cwd);
  await appendFile(join(cwd, '.agent/threads', `${id}.jsonl`), '{"v":99}\n');
  const damaged = await runStarter(cwd, cwd, [id]);
  expect(damaged).toMatchObject({ code: 1, err: expect.stringContaining('is damaged at line') });
});
