import type { Component } from '../registry/component.ts';
import { closure } from '../resolve/resolve.ts';
import { type Finding, ok } from './finding.ts';

/** The twelve, in short; the thirteenth is an extra. */
const factors = [
  'natural language to tool calls',
  'own your prompts',
  'own your context window',
  'tools are structured outputs',
  'one state',
  'launch, pause, resume',
  'contact humans',
  'own your control flow',
  'compact errors',
  'small agents',
  'trigger from anywhere',
  'stateless reducer',
] as const;

/** Says which factors are there, and what there is to add for the others. */
export function checkFactors(
  installed: readonly Component[],
  catalogue: readonly Component[],
): Finding {
  const here = new Set(installed.flatMap((component) => component.factors));
  const missing = factors.map((_, index) => index + 1).filter((factor) => !here.has(factor));
  if (missing.length === 0) return ok('12 factors: all of them here');
  const names = new Set(installed.map(({ name }) => name));
  const offers = catalogue
    .filter(({ name }) => !names.has(name))
    .map((one) => offerOf(one, catalogue));
  const parts = grouped(missing, offers).map(
    ({ by, factors }) =>
      `${factors.map(label).join(', ')}: ${by === undefined ? 'in no component yet' : `add ${by}`}`,
  );
  return ok(`12 factors: ${factors.length - missing.length} here; ${parts.join('; ')}`);
}

const label = (factor: number): string => `${factor} (${factors[factor - 1]})`;

type Offer = { readonly by: string | undefined; readonly factors: readonly number[] };

/** The factors that adding a component brings, by itself and by what it requires. */
function offerOf({ name: by }: Component, catalogue: readonly Component[]): Offer {
  const brought = closure([by], catalogue);
  return {
    by,
    factors: catalogue.filter(({ name }) => brought.has(name)).flatMap((one) => one.factors),
  };
}

/** The missing factors by the component that brings most of them, then by the next. */
function grouped(missing: readonly number[], offers: readonly Offer[]): readonly Offer[] {
  if (missing.length === 0) return [];
  const useful = offers.map(({ by, factors }) => ({
    by,
    factors: missing.filter((one) => factors.includes(one)),
  }));
  const [best] = useful.toSorted((a, b) => b.factors.length - a.factors.length);
  if (!best || best.factors.length === 0) return [{ by: undefined, factors: missing }];
  const left = missing.filter((factor) => !best.factors.includes(factor));
  return [best, ...grouped(left, offers)];
}
