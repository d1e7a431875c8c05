import { expect, it } from 'vitest';
import { namesOf, needsOf, noNeeds } from '../../../src/pipeline/registry/needs.ts';
import { component } from '../../support/pipeline/fixtures.ts';

const slack = component('slack', {
  dependencies: { '@slack/bolt': '^4.0.0', zod: '^4.6.7' },
  scripts: { slack: 'tsx x.ts' },
  env: [{ name: 'SLACK_TOKEN', about: 'From the console.' }],
  gitignore: ['.agent/', '.slack/'],
});
const store = component('store-file', {
  dependencies: { zod: '^4.6.7' },
  devDependencies: { vitest: '^4.0.0' },
  env: [
    { name: 'AGENT_DIR', about: 'Where.', value: '.agent' },
    { name: 'SLACK_TOKEN', about: 'From the console.' },
  ],
  gitignore: ['.agent/'],
});

it('several components need each thing once', () => {
  expect(needsOf([slack, store])).toEqual({
    dependencies: { '@slack/bolt': '^4.0.0', zod: '^4.6.7' },
    devDependencies: { vitest: '^4.0.0' },
    scripts: { slack: 'tsx x.ts' },
    env: {
      SLACK_TOKEN: '# From the console.\nSLACK_TOKEN=\n',
      AGENT_DIR: '# Where.\nAGENT_DIR=.agent\n',
    },
    gitignore: ['.agent/', '.slack/'],
  });
});

it('names what is needed', () => {
  expect(namesOf(needsOf([store]))).toEqual([
    'zod',
    'vitest',
    'AGENT_DIR',
    'SLACK_TOKEN',
    '.agent/',
  ]);
});

it.each([
  ['lib/bot', 'tsx lib/bot/check.ts --all'],
  ['my bot', 'tsx "my bot/check.ts" --all'],
])('a script knows the folder %s', (dir, script) => {
  const check = component('check', { scripts: { check: 'tsx {dir}/check.ts --all' } });
  expect(needsOf([check], dir).scripts).toEqual({ check: script });
});

it('no component needs nothing', () => expect(needsOf([])).toEqual(noNeeds));
