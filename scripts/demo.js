import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './shell.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), '12-factor-demo-'));
try {
  await play();
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Packs the tool, creates a project as `npx` would, and plays the starter's story to the end. */
async function play() {
  await run(root, ['npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder]);
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  await run(folder, [
    'npx',
    '--yes',
    '--package',
    `./${tarball}`,
    'create-12-factor-agent',
    'my-agent',
    '--yes',
  ]);

  const project = join(folder, 'my-agent');
  const asked = await run(project, ['npm', '--silent', 'start', 'ship 1.4.2 to production']);
  const call = /approve (t_\w+:\d+)/.exec(asked)?.[1];
  if (call === undefined) throw new Error('It should have asked for an approval.');
  console.log(
    '\nNothing runs now: the thread is on disk. Another process approves it, and the agent goes on.',
  );
  const done = await run(project, ['npm', '--silent', 'start', 'approve', call]);
  if (!done.includes('done_for_now')) throw new Error('It should have been done.');
  await run(project, ['npm', '--silent', 'start', 'approve', call], { exitCode: 1 });
  await run(project, ['npm', '--silent', 'start', 'list']);
  console.log(`\nThat was the whole story. Your own: npx create-12-factor-agent@latest my-agent`);
}
