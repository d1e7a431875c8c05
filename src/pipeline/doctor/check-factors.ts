import type { Component } from '../registry/component.ts';
import { closure } from '../resolve/resolve.ts';
import { type Finding, ok } from './finding.ts';

/** Short names of the twelve factors, in order. The thirteenth is optional and not checked. */
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

/**
 * Counts the factors that the installed components cover, and names what to add for the others.
 * Says nothing of a factor that no component covers, such as to keep an agent small.
 */
export function checkFactors(
  installed: readonly Component[],
  catalogue: readonly Component[],
): Finding {
  const covered = new Set(installed.flatMap((component) => component.factors));
  const missing = factors.map((_, index) => index + 1).filter((factor) => !covered.has(factor));
  const names = new Set(installed.map(({ name }) => name));
  const offers = catalogue
    .filter(({ name }) => !names.has(name))
    .map((one) => offerOf(one, catalogue));
  const chosen = chooseOffers(missing, offers);
  if (chosen.length === 0) return ok('12 factors: all that a component can cover');
  const count = factors.length - missing.length;
  return ok(`12 factors: ${count} covered; ${chosen.map(describeOffer).join('; ')}`);
}

/** The factors that adding a component covers. */
type Offer = { readonly by: string; readonly factors: readonly number[] };

function describeOffer(offer: Offer): string {
  const labels = offer.factors.map((factor) => `${factor} (${factors[factor - 1]})`).join(', ');
  return `${labels}: add ${offer.by}`;
}

/** Returns the factors of a component and of everything that it requires. */
function offerOf({ name: by }: Component, catalogue: readonly Component[]): Offer {
  const added = closure([by], catalogue);
  const components = catalogue.filter(({ name }) => added.has(name));
  return { by, factors: components.flatMap((one) => one.factors) };
}

/**
 * Assigns the missing factors to components: first to the one that covers most of them, then the
 * others in the same way. Leaves out those that none covers.
 */
function chooseOffers(missing: readonly number[], offers: readonly Offer[]): readonly Offer[] {
  const useful = offers.map((offer) => ({
    by: offer.by,
    factors: missing.filter((factor) => offer.factors.includes(factor)),
  }));
  const [best] = useful.toSorted((a, b) => b.factors.length - a.factors.length);
  if (!best || best.factors.length === 0) return [];
  const left = missing.filter((factor) => !best.factors.includes(factor));
  return [best, ...chooseOffers(left, offers)];
}
