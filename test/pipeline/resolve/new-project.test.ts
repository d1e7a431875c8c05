import { expect, it } from 'vitest';
import { newProject } from '../../../src/pipeline/resolve/new-project.ts';
import { resolve } from '../../../src/pipeline/resolve/resolve.ts';
import type { Answers } from '../../../src/pipeline/resolve/questions.ts';
import type { Selection } from '../../../src/pipeline/resolve/selection.ts';
import { component, registry, template } from '../../support/pipeline/fixtures.ts';

const starter = template('starter', { requires: ['agent'] });
const base = template('base', { requires: ['prompt'] });
const offered = { templates: [starter], base, components: registry };
const asking = (model?: string, store?: string, components = registry) => {
  const answers: Answers = { dir: 'my-bot', template: 'starter', model };
  return newProject(answers, { store }, '/home/ada/my-bot', { ...offered, components });
};
const selecting = (...given: Parameters<typeof asking>): Selection =>
  resolve(asking(...given), registry, base);
const namesOf = ({ components: picked }: Selection) => picked.map((one) => one.component.name);

it('a new project is named after its folder, and has tests', () => {
  expect(asking()).toMatchObject({
    name: 'my-bot',
    dir: 'src/agent',
    template: { name: 'starter' },
    tests: true,
  });
});

it('a new project has what its template and the base want', () => {
  expect(namesOf(selecting())).toEqual(expect.arrayContaining(['agent', 'prompt']));
  const by = Object.fromEntries(selecting().components.map((one) => [one.component.name, one.by]));
  expect(by).toMatchObject({
    agent: 'template',
    prompt: 'template',
    loop: 'agent',
    'model-choose': 'you',
  });
});

it.each([
  ['is left to the agent, later', undefined, undefined, 'choose', 'file'],
  ['is what was said', 'remote', undefined, 'remote', 'file'],
  ['is what was said, also without a key', 'scripted', undefined, 'scripted', 'file'],
  ['is what was said of both', 'remote', 'memory', 'remote', 'memory'],
])('what fills a slot %s', (_, model, store, wiredModel, wiredStore) => {
  const { wiring } = selecting(model, store);
  expect([wiring.model?.key, wiring.store?.key]).toEqual([wiredModel, wiredStore]);
});

it.each([
  ['beside the one that was named', 'scripted', ['remote']],
  ['beside the one that is left to the agent', undefined, ['remote']],
  ['once, where it is the one', 'remote', []],
])('a model asked for with other components is wired %s', (_, model, keys) => {
  const answers = { dir: 'my-bot', template: 'starter', model };
  const asked = newProject(
    answers,
    { with: ['model-remote', 'store-memory'] },
    '/home/ada/my-bot',
    offered,
  );
  expect(resolve(asked, registry, base).wiring.models.map(({ key }) => key)).toEqual(keys);
});

it('an explicit model comes alone', () => {
  expect(namesOf(selecting('remote'))).not.toContain('model-scripted');
});

it.each([
  ['that has variables', 'remote', true],
  ['that is chosen by variables', undefined, true],
  ['without variables', 'scripted', false],
])('a model %s brings check-model: %s, %s', (_, model, isChecked) => {
  const checked = [...registry, component('check-model')];
  const selection = resolve(asking(model, undefined, checked), checked, base);
  expect(namesOf(selection).includes('check-model')).toBe(isChecked);
});

it('a registry without a model that chooses gets the keyless one', () => {
  const components = registry.filter(({ name }) => name !== 'model-choose');
  expect(asking(undefined, undefined, components).slots).toEqual({});
  expect(resolve(asking(undefined, undefined, components), components).wiring.model?.key).toBe(
    'scripted',
  );
});

it.each([
  ['remot', undefined, 'There is no model "remot".', 'Did you mean "remote"?'],
  [undefined, 'redis', 'There is no store "redis".', 'Available: file, memory.'],
])('model %s and store %s are refused', (model, store, message, hint) => {
  expect(() => asking(model, store)).toThrow(
    expect.objectContaining({ message, hint, code: 'unknown-component' }),
  );
});

it('a folder that gives no package name is refused', () => {
  const answers = { dir: '.', template: 'starter', model: undefined };
  expect(() => newProject(answers, {}, '/', offered)).toThrow(
    expect.objectContaining({ code: 'bad-name' }),
  );
});
