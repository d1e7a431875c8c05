import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../src/errors.ts';
import { readJournal } from '../../../src/io/transaction/journal.ts';
import { requestUpdate } from '../../../src/pipeline/resolve/change-request.ts';
import { decide } from '../../../src/pipeline/decide/decide.ts';
import {
  type Lock,
  moveLockedFiles,
  parseConfig,
  parseLock,
} from '../../../src/pipeline/lock/lock-file.ts';
import { parseComponent, parseTemplate } from '../../../src/pipeline/registry/manifest.ts';
import { editPackageJson } from '../../../src/pipeline/repo/edit-package-json.ts';
import { planChanges } from '../../../src/pipeline/plan/plan.ts';
import { parseRegistry } from '../../../src/pipeline/registry/registry-json.ts';
import { resolve } from '../../../src/pipeline/resolve/resolve.ts';
import { asked, noTools, nothing, request } from '../../support/pipeline/fixtures.ts';
import { home, openOurs, renderChange } from '../../support/registry/package.ts';
import { randomOf } from '../../support/random.ts';
import { invented, mutated } from './mutations.ts';
import { eachCase, figure, openCounter, type Row, seedOf, type Share, type Tally } from '../row.ts';
import { withScratch } from '../support/scratch.ts';
import { journalText, lockText } from './samples.ts';

const total = 100_000;
const slowMs = 5000;
const plain = new Set(Reflect.ownKeys(Object.prototype));

/** What reads a text that others wrote, with a good one to begin from. */
type Reader = {
  readonly name: string;
  readonly sample: string;
  readonly read: (text: string) => unknown;
};

/** Manifests, locks, configurations and journals with random damage. */
export const fuzz: Row = {
  name: 'fuzz',
  about: 'damaged manifests, locks, configurations and journals',
  bar: '100,000, 0 crashes',
  weight: 1,
  run,
  judge: (tally, isWhole) => ({
    result:
      `${figure(tally, 'refused')} refused, ` +
      `${figure(tally, 'read')} read, the slowest in < ${slowMs} ms`,
    missed: isWhole && tally.count < total ? ['too few'] : [],
  }),
};

async function run(share: Share): Promise<Tally> {
  return withScratch(async (folder) => {
    const { add, fail, tally } = openCounter();
    const readers = readersIn(folder);
    const count = await eachCase(share, total, async (n) => {
      const random = randomOf(seedOf(share, n));
      const { name, sample, read } = random.one(readers);
      const text = random.below(5) === 0 ? invented(sample, random) : mutated(sample, random);
      const began = Date.now();
      const wrong = await wrongWith(() => read(text), add);
      const took = Date.now() - began;
      const found = wrong ?? (took > slowMs ? `it took ${took} ms` : pollution());
      if (found !== undefined) fail(`case ${n}: ${name}: ${found}\n${excerpt(text)}`);
    });
    return tally(count);
  });
}

async function wrongWith(
  read: () => unknown,
  add: (figure: string) => void,
): Promise<string | undefined> {
  try {
    await read();
    add('read');
  } catch (error) {
    if (!(error instanceof UserError)) return String(error instanceof Error ? error.stack : error);
    add('refused');
  }
  return undefined;
}

/** What was put on every object; taken off again, so that the next case begins clean. */
function pollution(): string | undefined {
  const odd = Reflect.ownKeys(Object.prototype).filter((key) => !plain.has(key));
  for (const key of odd) Reflect.deleteProperty(Object.prototype, key);
  return odd.length === 0 ? undefined : `Object.prototype has ${odd.map(String).join(', ')}`;
}

const excerpt = (text: string): string =>
  text.length > 2000 ? `${text.slice(0, 2000)}... (${text.length})` : text;

function readersIn(folder: string): readonly [Reader, ...Reader[]] {
  const ours = (path: string) => readFileSync(join(home, path), 'utf8');
  const registry = ours('registry/registry.json');
  let reads = 0;
  return [
    { name: 'registry', sample: smaller(registry), read: readRegistry },
    { name: 'registry', sample: smaller(registry), read: readRegistry },
    {
      name: 'component',
      sample: ours('registry/components/tools.json'),
      read: (text) => parseComponent(text, 'it'),
    },
    {
      name: 'template',
      sample: ours('templates/starter/template.json'),
      read: (text) => parseTemplate(text, 'it'),
    },
    { name: 'lock', sample: lockText(), read: (text) => readLock(text, (reads += 1)) },
    { name: 'lock', sample: lockText(), read: (text) => readLock(text, (reads += 1)) },
    {
      name: 'config',
      sample: '{"$schema":"./x.json","dir":"src/agent","registries":{"@acme":"https://x.y"}}',
      read: parseConfig,
    },
    { name: 'journal', sample: journalText(), read: (text) => readJournalText(folder, text) },
    {
      name: 'package.json',
      sample: ours('package.json'),
      read: (text) => {
        const edit = { dependencies: { zod: '^4.0.0' }, scripts: { start: 'x' } };
        return editPackageJson(editPackageJson(text, { add: edit, set: edit }), { drop: edit });
      },
    },
  ];
}

/** The parts of the registry that have everything in them, as the whole takes long. */
function smaller(text: string): string {
  const registry = JSON.parse(text) as {
    items: { name: string; registryDependencies: string[] }[];
  };
  const names = new Set([
    'tools',
    'thread',
    'policy',
    'model-scripted',
    'model',
    'store',
    'store-file',
  ]);
  const items = registry.items.filter(({ name }) => names.has(name));
  const requires = (all: readonly string[]) => all.filter((one) => names.has(one));
  return JSON.stringify({
    ...registry,
    items: items.map((item) => ({
      ...item,
      registryDependencies: requires(item.registryDependencies),
    })),
  });
}

function readRegistry(text: string): unknown {
  const { components } = parseRegistry(text, 'it');
  return resolve(
    request({ components: asked(...components.slice(0, 3).map(({ name }) => name)) }),
    components,
  );
}

/** A lock that is taken is planned with as well: now and then, since that takes long. */
async function readLock(text: string, reads: number): Promise<unknown> {
  const lock: Lock = moveLockedFiles(parseLock(text), { dir: 'lib/agent', registries: {} });
  if (reads % 5 !== 0) return lock;
  const opened = openOurs(lock);
  const wanted = await renderChange(requestUpdate(opened, [], new Set()), opened);
  const project = { ...nothing, lock };
  return planChanges(wanted, await decide(wanted, project, noTools), project);
}

async function readJournalText(folder: string, text: string): Promise<unknown> {
  const file = join(folder, 'journal.json');
  await mkdir(folder, { recursive: true });
  await writeFile(file, text);
  return readJournal(file);
}
