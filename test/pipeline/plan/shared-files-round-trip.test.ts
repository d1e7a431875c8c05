import { describe, expect, it } from 'vitest';
import { planChanges } from '../../../src/pipeline/plan/plan.ts';
import { nothing, wanted } from '../../support/pipeline/fixtures.ts';
import { after } from '../../support/pipeline/in-memory.ts';
import { randomOf } from '../../support/random.ts';
import {
  envExample,
  gitignore,
  needs,
  packageJson,
  withEmptySections,
  withPartsOnOneLine,
} from '../../support/pipeline/shared-texts.ts';

const seeds = 500;
const texts = [
  { what: 'package.json', path: 'package.json', make: packageJson },
  { what: 'package.json with empty sections', path: 'package.json', make: withEmptySections },
  { what: 'package.json with parts on one line', path: 'package.json', make: withPartsOnOneLine },
  { what: '.env.example', path: '.env.example', make: envExample },
  { what: '.gitignore', path: '.gitignore', make: gitignore },
];

/** The text of a file after entries were added and then removed. */
function roundTrip(path: string, text: string, seed: number): string | undefined {
  const before = {
    ...nothing,
    disk: new Map([['package.json', '{}\n'] as const, [path, text] as const]),
  };
  const adding = wanted([], { needs: needs(randomOf(-seed - 1)) });
  const added = after(planChanges(adding, [], before), before);
  return after(planChanges(wanted(), [], added), added).disk.get(path);
}

describe.each(texts)('$what', ({ path, make }) => {
  it(`is byte for byte the same after adding and removing, for ${seeds} texts`, () => {
    const all = Array.from({ length: seeds }, (_, seed) => ({ seed, text: make(randomOf(seed)) }));
    const changed = all.filter(({ seed, text }) => roundTrip(path, text, seed) !== text);
    const shown = changed.map(({ seed, text }) => ({
      seed,
      text,
      became: roundTrip(path, text, seed),
    }));
    expect([changed.length, shown.slice(0, 3)]).toEqual([0, []]);
  });

  it(`is left alone once it has what is needed (${seeds} texts)`, () => {
    const again = Array.from({ length: seeds }, (_, seed) => {
      const before = {
        ...nothing,
        disk: new Map([['package.json', '{}\n'] as const, [path, make(randomOf(seed))]]),
      };
      const adding = wanted([], { needs: needs(randomOf(-seed - 1)) });
      const added = after(planChanges(adding, [], before), before);
      return after(planChanges(adding, [], added), added).disk.get(path) === added.disk.get(path);
    });
    expect(again.filter((isSame) => !isSame)).toEqual([]);
  });
});
