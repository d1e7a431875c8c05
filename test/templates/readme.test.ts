import { describe, expect, it } from 'vitest';
import type { PackageManager } from '../../src/pipeline/repo/package-manager.ts';
import { newProject } from '../../src/pipeline/resolve/new-project.ts';
import { choicesFor } from '../../src/pipeline/resolve/resolve.ts';
import { readmeProblems } from '../support/docs/readme-problems.ts';
import { components, renderOurs, templates } from '../support/registry/package.ts';

const offered = { templates: templates.offered, base: templates.base, components };
const short = (slot: 'model' | 'store') => [
  undefined,
  ...choicesFor(slot, components).map(({ name }) => name.slice(slot.length + 1)),
];

type Flags = {
  readonly template: string;
  readonly model?: string | undefined;
  readonly store?: string | undefined;
  readonly with?: readonly string[];
};

const render = ({ template, model, ...extra }: Flags, manager?: PackageManager) =>
  renderOurs(newProject({ dir: 'bot', template, model }, extra, '/bot', offered), manager);

async function readmeOf(flags: Flags): Promise<string> {
  const { files } = await render(flags);
  return files.find(({ path }) => path === 'README.md')?.text ?? '';
}

const rows = templates.offered.flatMap(({ name: template }) =>
  short('store').flatMap((store) => [
    { template, store, with: [] },
    { template, store, with: ['server'] },
  ]),
);

describe('a README names only commands, files and variables that there are', () => {
  it.each(rows)('from $template, with the store $store and $with', async (flags) => {
    for (const model of short('model')) {
      const problems = readmeProblems(await render({ ...flags, model }), 'npm');
      expect([model, problems]).toEqual([model, []]);
    }
  });

  it.each<PackageManager>(['pnpm', 'yarn', 'yarn-classic', 'bun', 'deno'])(
    'for %s',
    async (manager) => {
      for (const { name: template } of templates.offered)
        expect(readmeProblems(await render({ template }, manager), manager)).toEqual([]);
    },
  );
});

const starter = { template: 'starter' };
it.each<[string, string, readonly Flags[], readonly Flags[]]>([
  [
    'that threads are files',
    '.agent/threads/',
    [starter, { template: 'minimal' }],
    [
      { ...starter, store: 'sqlite' },
      { ...starter, store: 'memory' },
    ],
  ],
  [
    'that threads end with the process',
    'in the memory of one process',
    [{ ...starter, store: 'memory' }],
    [starter, { ...starter, store: 'postgres' }],
  ],
  [
    'to copy .env.example before the first start',
    '\ncp .env.example .env',
    [
      { ...starter, model: 'openai-compatible' },
      { ...starter, store: 'redis' },
    ],
    [starter, { ...starter, model: 'manual' }],
  ],
  [
    'that a server needs a key',
    'A server needs the key of a model',
    [starter, { ...starter, with: ['server'] }],
    [{ ...starter, model: 'scripted' }],
  ],
  ['how to serve it', 'npm run serve', [{ ...starter, with: ['server'] }], [starter]],
  ['how to check a model', 'npm run check:model', [{ ...starter, model: 'openai' }], [starter]],
  ['of Ollama', 'http://localhost:11434/v1', [starter], [{ ...starter, model: 'anthropic' }]],
  [
    'the example of its template',
    'ship 1.4.2',
    [starter],
    [{ template: 'empty' }, { template: 'minimal' }],
  ],
])('it says %s only where it is so', async (_, text, where, elsewhere) => {
  for (const flags of where) expect(await readmeOf(flags)).toContain(text);
  for (const flags of elsewhere) expect(await readmeOf(flags)).not.toContain(text);
});
