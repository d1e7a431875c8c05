import { describe, expect, it } from 'vitest';
import {
  additionsOf,
  additionsProblem,
  choices,
  complete,
  findTemplate,
  unanswered,
} from '../../../src/pipeline/resolve/questions.ts';
import { component, registry, template, wire } from '../../support/pipeline/fixtures.ts';

const offered = [template('minimal'), template('starter')];

describe('without a terminal', () => {
  it.each([
    [{}, 'There is no terminal to ask in: give the folder, --template and --model.'],
    [{ dir: 'x' }, 'There is no terminal to ask in: give --template and --model.'],
    [{ dir: 'x', template: 'starter' }, 'There is no terminal to ask in: give --model.'],
  ])('%j lacks answers', (given, message) => {
    expect(() => complete(given, false)).toThrow(
      expect.objectContaining({ message, code: 'missing-answer' }),
    );
  });

  it.each([
    [{}, true, { dir: 'my-agent', template: 'starter', model: undefined }],
    [{ dir: 'x', model: 'scripted' }, true, { dir: 'x', template: 'starter', model: 'scripted' }],
    [
      { dir: 'x', template: 'minimal', model: 'scripted' },
      false,
      { dir: 'x', template: 'minimal', model: 'scripted' },
    ],
  ])('%j with --yes %s is enough', (given, yes, answers) => {
    expect(complete(given, yes)).toEqual(answers);
  });
});

it('asks only for what no flag says', () => {
  expect(unanswered({ dir: 'x', template: 'a', model: 'b' })).toBe(false);
  expect(unanswered({ dir: 'x', template: 'a' })).toBe(true);
});

it('offers the recommended template first', () => {
  expect(choices(offered, registry).templates.map(({ value }) => value)).toEqual([
    'starter',
    'minimal',
  ]);
});

it('offers what there is of a server and the stores that a project has to choose', () => {
  const names = ['store-sqlite', 'store-memory', 'client', 'server', 'store-file', 'store-redis'];
  const stores = names.map((name) =>
    component(name, { wires: name.startsWith('store-') ? [wire('store', name)] : [] }),
  );
  const { additions } = choices(offered, stores);
  expect(additions.map(({ value }) => value)).toEqual(['server', 'store-redis', 'store-sqlite']);
});

it.each<[readonly string[], ReturnType<typeof additionsOf> | string]>([
  [[], {}],
  [['server'], { with: ['server'] }],
  [['store-redis'], { store: 'redis' }],
  [['server', 'store-redis'], { store: 'redis', with: ['server'] }],
  [
    ['store-redis', 'server', 'store-sqlite'],
    'A project has one store: choose store-redis or store-sqlite.',
  ],
])('the chosen additions %j are flags, or a problem', (names, expected) => {
  expect(additionsProblem(names) ?? additionsOf(names)).toEqual(expected);
});

it('offers the models of the registry, and to decide later', () => {
  expect(choices(offered, registry).models).toEqual([
    { value: 'choose', label: 'Decide later', hint: 'runs now, without a key' },
    { value: 'remote', label: 'remote', hint: 'REMOTE_API_KEY' },
  ]);
});

it('suggests the template that was meant', () => {
  expect(() => findTemplate('minimla', offered)).toThrow(
    expect.objectContaining({ hint: 'Did you mean "minimal"?', code: 'unknown-template' }),
  );
});
