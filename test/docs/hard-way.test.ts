import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hardWay, hardWayText, programsOf } from '../support/docs/hard-way.ts';
import { readDoc } from '../support/docs/read-doc.ts';
import { symbolsIn } from '../support/docs/symbols.ts';
import { home } from '../support/registry/package.ts';

const programs = programsOf(hardWay);
const sections = hardWayText.split(/^(?=## \d+\. )/m).slice(1);

it('there are ten steps, and each changes the program', () => {
  expect(sections.map((section) => Number(/\d+/.exec(section)?.[0]))).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ]);
  expect(programs).toHaveLength(10);
  expect(new Set(programs).size).toBe(10);
});

describe.each(sections.map((section, index) => [index + 1, section] as const))(
  'step %i',
  (number, section) => {
    it('has one program, which it runs', () => {
      const doc = readDoc('step', section);
      const edited = doc.fences.filter(({ body }) => /^ ?\/\/ (new: )?step\.ts$/m.test(body));
      expect(edited).toHaveLength(1);
      const after = doc.fences.slice(doc.fences.findIndex((one) => one === edited[0]) + 1);
      expect(after.some(({ body }) => /^\$ node \w+\.ts/m.test(body))).toBe(true);
    });

    it('says where it is in core/', () => {
      const [, names = ''] = /\nIn `core\/`: ([^]*?)\n(?:\n|$)/.exec(section) ?? [];
      expect(symbolsIn(names).filter(({ path }) => path.startsWith('core/'))).not.toEqual([]);
    });

    it('is shown in full, or has a link to a file that is what the page makes', () => {
      const name = `hard-way/step-${String(number).padStart(2, '0')}.ts`;
      if (section.includes('// new: step.ts')) return expect(section).not.toContain(name);
      expect(section).toContain(`(${name})`);
      expect(readFileSync(join(home, 'docs', name), 'utf8')).toBe(programs[number - 1]);
    });
  },
);

it('there is no file of a step that the page does not have', () => {
  const files = readdirSync(join(home, 'docs/hard-way'));
  expect(files.filter((name) => !hardWayText.includes(`(hard-way/${name})`))).toEqual([]);
});
