import { expect, it } from 'vitest';
import { withInstalledWires } from '../../src/pipeline/resolve/installed-wires.ts';
import type { ComponentAction } from '../../src/pipeline/resolve/request.ts';
import { component, lock, request, template, wire } from '../support/fixtures.ts';

const [old, now] = [
  wire('model', 'anthropic'),
  wire('model', 'anthropic', { name: 'claude', value: 'claude()' }),
];
const deploy = wire('tools', 'deploy');
const here = lock({ wires: { 'model-anthropic': [old], starter: [deploy] } });
const model = component('model-anthropic', { wires: [now], requires: ['wire'] });

it.each<[string, ComponentAction | undefined, typeof here | undefined, typeof now | undefined]>([
  ['stays wires what it has wired, though it wires something else now', 'keep', here, old],
  ['stays and has wired nothing wires nothing', 'keep', lock(), undefined],
  ['is renewed wires what it wires now', 'update', here, now],
  ['is new wires what it wires now', 'add', here, now],
  ['is not named wires what it wires now', undefined, here, now],
  ['is of a repo without a lock wires what it wires now', undefined, undefined, now],
])('what %s', (_, one, there, expected) => {
  const standing = new Map(one === undefined ? [] : [['model-anthropic', one]]);
  const [, components] = withInstalledWires({
    request: request(),
    components: [model],
    standing,
    lock: there,
  });
  expect(components).toEqual([{ ...model, wires: expected === undefined ? [] : [expected] }]);
});

it('the same holds of a template', () => {
  const starter = template('starter', { wires: [wire('tools', 'other')] });
  const standing = new Map([['starter', 'keep' as const]]);
  const [asked] = withInstalledWires({
    request: request({ template: starter }),
    components: [],
    standing,
    lock: here,
  });
  expect(asked.template?.wires).toEqual([deploy]);
});
