import { describe, expect, it } from 'vitest';
import {
  allowsOnly,
  nodeProblem,
  nodeText,
  type NodeVersions,
} from '../../../src/pipeline/repo/node-versions.ts';

const nvmrc = (version: string) => ({ running: '24.0.0', pinned: { file: '.nvmrc', version } });

describe('code for Node 22.13 or later', () => {
  it.each<[string, NodeVersions, string | undefined]>([
    ['the version that it needs', { running: '22.13.0' }, undefined],
    ['a nightly build', { running: '25.0.0-nightly20260101' }, undefined],
    ['an older one', { running: '22.12.0' }, 'this is Node 22.12.0'],
    ['an older one that is pinned', nvmrc('v20.11.1'), '.nvmrc says v20.11.1'],
    ['an older major that is pinned', nvmrc('20'), '.nvmrc says 20'],
    ['a major that is pinned and may do', nvmrc('22'), undefined],
    ['a name that is pinned', nvmrc('lts/*'), undefined],
    ['engines that allow more', { running: '24.0.0', engines: '>=18' }, undefined],
    [
      'engines without it',
      { running: '24.0.0', engines: '^20' },
      'package.json has "engines" for Node ^20',
    ],
  ])('on %s', (_, versions, problem) => {
    expect(nodeProblem('>=22.13', versions)).toBe(problem);
  });
});

it.each<[string | undefined, boolean]>([
  [undefined, true],
  ['>=22.13', true],
  ['^24', true],
  ['>=20', false],
  ['lts', true],
])('engines %s allow only Node 22.13 or later: %s', (engines, allowed) => {
  expect(allowsOnly('>=22.13', { running: '24.0.0', engines })).toBe(allowed);
});

it.each([
  ['>=22.13', 'Node 22.13 or later'],
  ['^24', 'Node ^24'],
])('%s in words', (range, text) => expect(nodeText(range)).toBe(text));
