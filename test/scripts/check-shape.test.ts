import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { measure } from '../../scripts/shape/measure.js';
import { report } from '../../scripts/shape/report.js';
import { tempFolder } from '../support/project/temp.ts';

const script = fileURLToPath(new URL('../../scripts/check-shape.js', import.meta.url));

describe('the shape of a file', () => {
  it.each([
    ['const a = b ? 1 : 2;', 1],
    ['const a = b ? (c ? 1 : 2) : 3;', 2],
    ['const a = `${b ? 1 : 2}`;', 1],
    ['type A<B> = B extends string ? 1 : 2;', 0],
    ['const a = b?.c ?? 1;', 0],
    ['function a(b?: string) {}', 0],
    ['// b ? 1 : 2', 0],
    ["const a = 'b ? 1 : 2';", 0],
  ])('%s has %i ternaries', (text, expected) => {
    expect(measure('a.ts', text, 100).ternaries).toBe(expected);
  });

  it('counts lines, and the characters on them', () => {
    const shape = measure('a.ts', 'abc;\n\n  de;\n', 4);
    expect(shape).toMatchObject({ lines: 3, characters: 9, wide: [3] });
  });
});

describe('the report on a folder', () => {
  const limits = { folder: 'src', widest: 100, ternaries: 25 };
  const shape = { path: 'src/a.ts', lines: 1000, characters: 31_200, wide: [] };

  it('has the figures on one line', () => {
    expect(report(limits, [{ ...shape, ternaries: 25 }])).toEqual({
      figures: 'src: 1,000 lines, 31.2 characters a line, 25.0 ternaries per 1,000 lines',
      problems: [],
    });
  });

  it('names the files with most ternaries, and lines that are too wide', () => {
    const shapes = [
      { ...shape, ternaries: 20 },
      { ...shape, path: 'src/b.ts', ternaries: 40, wide: [2, 5] },
      { ...shape, path: 'src/c.ts', ternaries: 0 },
    ];
    expect(report({ ...limits, ternaries: 15 }, shapes).problems).toEqual([
      'src/b.ts: wider than 100 columns: line 2, 5',
      'src: more than 15 ternaries per 1,000 lines. Most are in src/b.ts (40), src/a.ts (20)',
    ]);
  });

  it('names the fullest files, where lines are too full on average', () => {
    const shapes = [
      { ...shape, ternaries: 0 },
      { ...shape, path: 'src/b.ts', characters: 50_000, ternaries: 0 },
    ];
    expect(report({ ...limits, average: 41 }, shapes).problems).toEqual([]);
    expect(report({ ...limits, average: 40 }, shapes).problems).toEqual([
      'src: more than 40 characters a line. Fullest are src/b.ts (50.0), src/a.ts (31.2)',
    ]);
  });

  it('counts only the width of tests', () => {
    const test = { path: 'src/a.test.ts', lines: 1, characters: 120, ternaries: 1 };
    const shapes = [
      { ...shape, ternaries: 0 },
      { ...test, wide: [1] },
    ];
    expect(report({ ...limits, average: 32, ternaries: 0 }, shapes).problems).toEqual([
      'src/a.test.ts: wider than 100 columns: line 1',
    ]);
  });

  it('is about nothing in a folder without files', () => {
    expect(report(limits, []).problems).toEqual([]);
  });
});

describe('npm run shape', () => {
  it.each([
    [`const text = '${'x'.repeat(100)}';\n`, 1, 'src/a.ts: wider than 100 columns: line 1'],
    ['const a = b ? 1 : 2;\n', 1, 'Most are in src/a.ts (1)'],
    ['const a = 1;\n', 0, 'src: 1 lines, 12.0 characters a line, 0.0 ternaries'],
  ])('of %j exits with %i', async (text, exitCode, printed) => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'src'));
    await writeFile(join(folder, 'src/a.ts'), text);
    const result = await execa(process.execPath, [script, folder], { reject: false });
    expect(result.exitCode).toBe(exitCode);
    expect(result.stdout).toContain(printed);
  });

  it.each(['registry/agent/core', 'templates/starter'])('reads %s', async (path) => {
    const folder = await tempFolder();
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(join(folder, path, 'a.ts'), `const text = '${'x'.repeat(100)}';\n`);
    const result = await execa(process.execPath, [script, folder], { reject: false });
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toContain(`${path}/a.ts: wider than 100 columns: line 1`);
    expect(result.stdout.includes('more than 38.5 characters a line')).toBe(
      path !== 'templates/starter',
    );
  });
});
