import { hash } from '../../../src/pipeline/text/hash.ts';
import { installed, lock, locked } from '../../support/pipeline/fixtures.ts';

/** A lock with something in each of its parts. */
export function lockText(): string {
  const whole = lock({
    template: 'starter',
    slots: { model: 'model-scripted', store: 'store-file' },
    models: ['gone'],
    components: {
      tools: installed(),
      thread: installed('tools'),
      'model-scripted': installed('agent'),
      gone: installed(),
    },
    contributed: {
      ...lock().contributed,
      dependencies: { zod: '^4.6.7' },
      devDependencies: { '@types/node': '^20.19.43' },
      scripts: { agent: 'tsx src/agent/main.ts' },
      env: { A_KEY: '# A key.\nA_KEY=\n' },
      gitignore: ['.agent/'],
      files: ['.env.example'],
    },
    files: {
      'src/agent/core/tool.ts': locked('a', { owner: 'tools' }),
      'src/agent/tools.ts': locked('b', { owner: 'tools', role: 'rendered' }),
      'src/agent/core/thread.ts': locked('c', { owner: 'thread', conflicted: true }),
      'src/agent/policy.ts': locked('d', { owner: 'gone', role: 'seed' }),
    },
  });
  return JSON.stringify(whole, undefined, 2);
}

/** A journal that was left at the commit point. */
export function journalText(): string {
  return JSON.stringify({
    format: 1,
    id: '7-0123abcd',
    command: 'update',
    at: '2026-01-01T00:00:00.000Z',
    made: ['src/agent'],
    pruned: ['src/old'],
    targets: [
      { path: 'src/agent/a.ts', after: hash('new') },
      { path: 'src/old/b.ts', before: hash('old'), mode: 0o644 },
    ],
  });
}
