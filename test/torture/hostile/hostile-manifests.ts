import type { Item } from '../support/registries.ts';
import { fileOf } from './spoil-registry.ts';

/** Two targets that some file system takes for one, or that are in each other's way. */
export const collidingPaths: readonly (readonly [string, string])[] = [
  ['a.ts', 'A.ts'],
  ['é.ts', 'e\u0301.ts'],
  ['ſ.ts', 's.ts'],
  ['ﬁ.ts', 'fi.ts'],
  ['K.ts', '\u212A.ts'],
  ['ß.ts', 'SS.ts'],
  ['a.ts', 'a.ts'],
  ['a', 'a/b.ts'],
  ['A/b.ts', 'a/c.ts'],
  ['a/b.ts', 'A'],
  ['Loop.ts', 'x.ts'],
  ['THREAD.TS', 'x.ts'],
  ['ａ.ts', 'a.ts'],
];

const withDependency = (spec: string) => (item: Item) => item.dependencies.push(spec);
const withMeta = (key: string, value: unknown) => (item: Item) =>
  Reflect.set(item.meta, key, value);
const wire = { slot: 'tools', key: 'evil', name: 'evil', from: './evil.ts', value: 'evil' };

/** What a manifest may not say, each put into a good one. */
export const hostileManifests: readonly (readonly [string, (item: Item) => unknown])[] = [
  ...[
    '--registry=https://evil.example@1.0.0',
    '../evil@1.0.0',
    'evil@file:..',
    'evil@git+ssh://evil',
    'evil',
    '@1.0.0',
    'evil@',
    'Evil@1.0.0',
    'a b@1.0.0',
    'evil@1.0.0 && evil',
    'evil@latest',
    'evil@npm:other@1',
    '__proto__@1.0.0',
  ].map((spec) => [`dependency ${spec}`, withDependency(spec)] as const),
  ...[
    'preinstall',
    'postinstall',
    'prepare',
    'install',
    'preevil',
    'pretest',
    'publish',
    'a b',
    '__proto__',
    '../x',
  ].map(
    (name) =>
      [
        `script ${name}`,
        withMeta('scripts', JSON.parse(`{${JSON.stringify(name)}:"evil"}`)),
      ] as const,
  ),
  ...[
    'PATH',
    'NODE_OPTIONS',
    'LD_PRELOAD',
    'NPM_CONFIG_REGISTRY',
    'DYLD_INSERT_LIBRARIES',
    'a=b',
    'A\nB',
    'lower',
  ].map((name) => [`variable ${name}`, withMeta('env', [{ name, about: 'x' }])] as const),
  ...['!keep', 'a\nb', '', ' x', '#x', '\\x'].map(
    (line) => [`gitignore ${line}`, withMeta('gitignore', [line])] as const,
  ),
  ...[
    { value: 'evil();evil()' },
    { value: 'evil(`x`)' },
    { value: 'a\nb' },
    { name: 'a b' },
    { from: '../evil.ts' },
    { from: './../evil.ts' },
    { from: './evil.js' },
    { from: "./evil.ts';evil" },
    { key: '__proto__' },
    { slot: '__proto__' },
  ].map(
    (some) => [`wire ${JSON.stringify(some)}`, withMeta('wires', [{ ...wire, ...some }])] as const,
  ),
  ['an escape in a sentence', withMeta('nextSteps', ['\u001b]0;evil\u0007'])],
  [
    'a role for nothing that is rendered',
    (item) =>
      item.files.push(fileOf('other.ts')) && (item.meta.roles['agent/evil.ts'] = 'rendered'),
  ],
  [
    'a key of the prototype',
    (item) => Object.defineProperty(item.meta, 'constructor', { value: {}, enumerable: true }),
  ],
  [
    'five hundred and more files',
    (item) => item.files.push(...Array.from({ length: 600 }, (_, n) => fileOf(`e${n}.ts`))),
  ],
  ['a file of 6 MB', (item) => item.files.push(fileOf('big.ts', 'agent/big.ts'))],
];
