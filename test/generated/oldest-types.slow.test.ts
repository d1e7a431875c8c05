import { execa } from 'execa';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { home } from '../support/registry/package.ts';
import { tempFolder } from '../support/project/temp.ts';
import { linkPackages } from '../support/project/toolchain.ts';

const client = ['client', 'store/transfer.test.ts'];

test.each([
  ['the client and its tests', 'of a browser', ['es2022', 'dom', 'dom.iterable'], client],
  ['the client and its tests', 'of Node alone', ['es2022'], client],
  ['everything', 'of the oldest library that `add` accepts', ['es2022'], ['.']],
])(
  '%s compile with the types %s, and no stricter settings than strict',
  async (_, _types, lib, parts) => {
    const folder = await tempFolder();
    await linkPackages(folder);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
      target: 'es2022',
      lib,
      module: 'nodenext',
      allowImportingTsExtensions: true,
    };
    const include = parts.map((part) => join(home, 'registry/agent', part));
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
    const tsc = join(home, 'node_modules/.bin/tsc');
    const { stdout } = await execa(tsc, ['-p', folder, '--pretty', 'false'], { reject: false });
    expect(stdout).toBe('');
  },
);
