import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { record, textOf } from './record.js';

/** @typedef {import('./record.js').Row} Row */

/**
 * A terminal at one time of the story. The row of a command begins with `$`.
 * @typedef {{ readonly title: string, readonly rows: readonly Row[] }} Scene
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const clock = pathToFileURL(fileURLToPath(new URL('clock.js', import.meta.url))).href;
const ask = 'ship 1.4.2 to production';

/**
 * Packs the tool, creates a project with it, and plays the starter's story in terminals. On Monday
 * the agent asks for approval, the user answers "later", and the process is killed. On Tuesday the
 * call is approved. Only the clock, the thread's id and the time that a tool takes are replaced, so
 * that every run shows the same.
 * @returns {Promise<readonly Scene[]>}
 */
export async function play() {
  const folder = await mkdtemp(join(tmpdir(), '12-factor-story-'));
  try {
    const project = await create(folder);
    const at = (/** @type {string} */ begins) => ({
      cwd: project,
      env: environment(folder, begins),
    });
    const monday = await record(['npm', 'start', ask], at('2026-11-23T17:52:00Z'), [
      { see: 'Approve?', press: 'l\r' },
      { see: 'deny t_' },
    ]);
    const call = /npm start approve (t_\w+:\d+)/.exec(monday.map(textOf).join('\n'))?.[1];
    if (call === undefined) throw new Error('It should have asked for an approval.');
    const tuesday = await record(['npm', 'start', 'approve', call], at('2026-11-24T09:14:00Z'));
    const created = [
      typed('npx create-12-factor-agent@latest my-agent --yes'),
      typed(`cd my-agent`),
    ];
    return [
      {
        title: 'Monday, 17:52',
        rows: [...created, typed(`npm start "${ask}"`), ...from(monday, ' started')],
      },
      { title: 'Tuesday, 09:14', rows: [typed(`npm start approve ${call}`), ...from(tuesday, '')] },
    ].map(({ title, rows }) => ({ title, rows: rows.map((row) => alike(row, call)) }));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** @param {string} folder */
async function create(folder) {
  const options = { cwd: folder, env: environment(folder), extendEnv: false };
  await execa('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    ...options,
    cwd: root,
  });
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  const from = ['--yes', '--package', `./${tarball}`, 'create-12-factor-agent'];
  await execa('npx', [...from, 'my-agent', '--yes', '--no-git'], options);
  return join(folder, 'my-agent');
}

/**
 * @param {string} home
 * @param {string} [begins] the time at which the clock of a process starts
 * @returns {Record<string, string>}
 */
function environment(home, begins) {
  const path = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);
  const certificates = process.env.NODE_EXTRA_CA_CERTS;
  return {
    PATH: path,
    HOME: home,
    USER: 'ada',
    TERM: 'xterm-256color',
    TZ: 'UTC',
    npm_config_loglevel: 'silent',
    npm_config_update_notifier: 'false',
    ...(certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificates }),
    ...(begins === undefined ? {} : { STORY_BEGINS: begins, NODE_OPTIONS: `--import=${clock}` }),
  };
}

/**
 * @param {string} command
 * @returns {Row}
 */
const typed = (command) => [{ column: 0, text: `$ ${command}`, colour: undefined, dim: false }];

/**
 * The rows from the first one that contains `text`, without empty rows at the end.
 * @param {readonly Row[]} rows
 * @param {string} text
 */
function from(rows, text) {
  const first = rows.findIndex((row) => row.length > 0 && textOf(row).includes(text));
  const last = rows.findLastIndex((row) => row.length > 0);
  return rows.slice(first, last + 1);
}

/**
 * @param {Row} row
 * @param {string} call
 * @returns {Row}
 */
function alike(row, call) {
  const [thread = ''] = call.split(':');
  const same = (/** @type {string} */ text) =>
    text.replaceAll(thread, 't_efc4d345').replace(/\b[12]\.\d s$/, '1.0 s');
  return row.map((run) => ({ ...run, text: same(run.text) }));
}
