import { expect, it } from 'vitest';
import { pnpVersions } from '../../../src/pipeline/repo/pnp.ts';

const data = {
  ignorePatternData: "(^(?:\\.yarn\\/it's)$)",
  packageRegistryData: [
    [null, [[null, { packageLocation: './', packageDependencies: [['zod', 'npm:4.6.7']] }]]],
    [
      'api',
      [
        [
          'workspace:packages/api',
          {
            packageLocation: './packages/api/',
            packageDependencies: [
              [
                'typescript',
                'patch:typescript@npm%3A5.9.3#optional!builtin<compat>::version=5.9.3',
              ],
              ['prettier', 'virtual:3f2a#npm:3.10.1'],
              ['old-zod', ['zod', 'npm:3.25.76']],
              ['linked', 'workspace:packages/linked'],
              ['absent', null],
            ],
          },
        ],
      ],
    ],
  ],
};
const json = JSON.stringify(data, undefined, 2);
const literal = json.replaceAll(/[\\']/g, '\\$&').replaceAll('\n', '\\\n');
const script = `"use strict";\n\nconst RAW_RUNTIME_STATE =\n'${literal}';\n\nsetup('it');\n`;
const api = {
  typescript: '5.9.3',
  prettier: '3.10.1',
  'old-zod': '3.25.76',
  linked: '',
};

it.each<[string, string, string, object | undefined]>([
  ['the root', script, '', { zod: '4.6.7' }],
  ['a package', script, 'packages/api', api],
  ['a package, by a script with CRLF', script.replaceAll('\n', '\r\n'), 'packages/api', api],
  ['a package, by a file of JSON', json, 'packages/api', api],
  ['a folder that is no package', script, 'packages/other', undefined],
  ['a script of another kind', 'module.exports = {};', '', undefined],
  ['a damaged script', script.replace('"packageRegistryData"', 'x'), '', undefined],
  ['data of another shape', '{ "packageRegistryData": [1, [null, [[], [1]]]] }', '', undefined],
])('reads what Yarn installed for %s', (_, text, location, versions) => {
  expect(pnpVersions(text, location)).toEqual(versions);
});
