import { expect, it } from 'vitest';
import { agentParts } from '../../../src/pipeline/report/agent-parts.ts';
import type { Change } from '../../../src/pipeline/plan/change.ts';

const change = (path: string, role: Change['role'] = 'source', text = 'a\nb\n'): Change => ({
  kind: 'create',
  path: `src/agent/${path}`,
  role,
  text,
});
const sources = (...paths: readonly string[]) => paths.map((path) => change(path));
const seeds = (...paths: readonly string[]) => paths.map((path) => change(path, 'seed'));
const rendered = [change('tools.ts', 'rendered'), change('agent.ts', 'rendered')];

it.each<[string, readonly Change[], readonly (readonly [string, string])[]]>([
  [
    'rendered files and seeds are yours, rendered ones first',
    [...seeds('prompt.ts', 'policy.ts'), ...rendered],
    [['yours', '4 files, 8 lines: agent.ts, tools.ts, policy.ts, prompt.ts']],
  ],
  [
    'a folder of seeds is named once, and a seed among sources by its path',
    [...seeds('tools/a.ts', 'tools/b.ts', 'model/script.ts'), ...sources('model/model.ts')],
    [
      ['yours', '3 files, 6 lines: model/script.ts, tools/'],
      ['rest', '1 file, 2 lines: model/'],
    ],
  ],
  [
    'the core is the folder of the loop',
    [
      ...sources('core/thread.ts', 'core/loop.ts', 'store/file.ts', 'model/deep/post.ts'),
      ...rendered,
    ],
    [
      ['yours', '2 files, 4 lines: agent.ts, tools.ts'],
      ['core', '2 files, 4 lines: core/loop.ts and what it is made of'],
      ['rest', '2 files, 4 lines: model/, store/'],
    ],
  ],
  [
    'a core without a loop is named by its folder',
    sources('core/context.ts', 'core/lines.ts'),
    [['core', '2 files, 4 lines: core/']],
  ],
  [
    'tests and their helpers are left out',
    [
      ...sources('core/loop.ts'),
      ...seeds('policy.test.ts'),
      change('core/loop.test.ts', 'test'),
      change('testing/toy-agent.ts', 'test'),
    ],
    [['core', '1 file, 2 lines: core/loop.ts and what it is made of']],
  ],
  [
    'only what is written in the folder counts',
    [
      ...sources('core/loop.ts'),
      { kind: 'keep-mine', path: 'src/agent/core/env.ts', role: 'source' },
      { ...change(''), path: 'src/agent.ts' },
      { ...change(''), path: 'README.md' },
      { ...change(''), path: 'src/agent/lock.json', role: 'own' },
    ],
    [['core', '1 file, 2 lines: core/loop.ts and what it is made of']],
  ],
])('%s', (_, changes, parts) => {
  expect(agentParts(changes, 'src/agent')).toEqual(parts);
});
