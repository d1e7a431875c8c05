/** US dollars per million tokens. */
type Price = {
  /** Input that is not in the cache. */
  readonly input: number;
  /** Input read from the cache. */
  readonly cached: number;
  /** Input written to the cache. */
  readonly written: number;
  readonly output: number;
  readonly long?: LongRequest;
};

/** A request with more than `tokens` of input costs more, by these factors. */
type LongRequest = {
  readonly tokens: number;
  readonly input: number;
  readonly output: number;
};

const gptLong = { tokens: 272_000, input: 2, output: 1.5 };
const haikuLong = { tokens: 100_000, input: 5, output: 5 };

/**
 * List prices of November 2026, without discounts and surcharges. Correct and extend them: a model
 * that is not listed has no price, so no budget in dollars limits it.
 */
export const prices: Readonly<Record<string, Price>> = {
  'claude-fable-5-1': { input: 10, cached: 0.25, written: 12.5, output: 50 },
  'claude-opus-5-5': { input: 4, cached: 0.2, written: 5, output: 20 },
  'claude-sonnet-5-5': { input: 2, cached: 0.1, written: 2.5, output: 10 },
  'claude-haiku-5-5': { input: 0.1, cached: 0.01, written: 0.125, output: 0.5, long: haikuLong },
  'gpt-6.1-sol': { input: 2, cached: 0.1, written: 2.5, output: 10, long: gptLong },
  'gpt-6.1-terra': { input: 1, cached: 0.05, written: 1.25, output: 5, long: gptLong },
  'gpt-6-luna': { input: 0.1, cached: 0.01, written: 0.125, output: 0.5, long: gptLong },
};

/** Tokens of one request. `cached` and `written` are part of `input`. */
export type TokenCounts = {
  readonly input: number;
  readonly cached?: number | undefined;
  readonly written?: number | undefined;
  readonly output: number;
};

/**
 * Returns the cost of a request in US dollars, or undefined if the model has no price. A date at
 * the end of the model's name is ignored.
 */
export function costOf(model: string, counts: TokenCounts): number | undefined {
  const undated = model.replace(/-\d{4}-?\d{2}-?\d{2}$/, '');
  const name = [model, undated].find((one) => Object.hasOwn(prices, one)) ?? '';
  const price = prices[name];
  if (!price) return undefined;
  const { input, cached = 0, written = 0, output } = counts;
  // A server that counts too much from the cache must not make the cost negative.
  const fresh = Math.max(0, input - cached - written);
  const inputCost = fresh * price.input + cached * price.cached + written * price.written;
  const outputCost = output * price.output;
  const { long } = price;
  const factors = long && input > long.tokens ? long : { input: 1, output: 1 };
  return (inputCost * factors.input + outputCost * factors.output) / 1_000_000;
}
