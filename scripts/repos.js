import { mkdtempSync, rmSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { register } from 'tsx/esm/api';

// Puts the agent into repositories of all kinds with the built tool, edits it, updates, undoes and
// removes it there, and prints a table. Installs packages, which takes about half an hour.
const { values } = parseArgs({
  options: {
    host: { type: 'string', multiple: true },
    keep: { type: 'boolean', default: false },
    lanes: { type: 'string', default: '2' },
  },
});

/** Problems of a host that are printed: one fault may make hundreds. */
const mostShown = 10;

register();
module.register('./templates-hooks.js', import.meta.url);
const { hosts } = await import('../test/repos/hosts/hosts.ts');
const { playHost } = await import('../test/repos/journey.ts');
const { tableOf } = await import('../test/repos/table.ts');
const { releaseMoved } = await import('../test/repos/upstream.ts');
const { chooseRows } = await import('../test/support/choose-rows.ts');

const asked = chooseRows(hosts, values.host);
const scratch = mkdtempSync(join(tmpdir(), '12-factor-repos-'));
if (!values.keep) process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const setting = { next: join(scratch, 'release'), scratch, isKept: values.keep };
await releaseMoved(setting.next);
console.log(`${asked.length} hosts, Node ${process.version}`);
const limit = pLimit(Number(values.lanes));
const rows = await Promise.all(asked.map((host) => limit(play, host)));
console.log(`\n${tableOf(rows).join('\n')}`);
process.exitCode = rows.every(({ verdict }) => verdict === 'pass') ? 0 : 1;

/** @param {import('../test/repos/host.ts').Host} host */
async function play(host) {
  const { row, problems } = await playHost(host, setting);
  const shown = problems.slice(0, mostShown).map(indented);
  if (problems.length > mostShown) shown.push(`  and ${problems.length - mostShown} more`);
  console.log([`\n${Object.values(row).join(' | ')}`, ...shown].join('\n'));
  return row;
}

/** @param {string} problem */
function indented(problem) {
  return `  ${problem.split('\n').join('\n    ')}`;
}
