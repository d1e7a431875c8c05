/** US dollars for a million tokens: fresh input, input read from the cache, input written to it, and output. */
type Price = {
  readonly input: number;
  readonly cached: number;
  readonly written: number;
  readonly output: number;
  /** What a request of more than `tokens` of input costs instead, all of it. */
  readonly long?: Price & { readonly tokens: number };
};

/**
 * List prices of November 2026, without discounts and surcharges. Correct and extend them: a model that is not here
 * has no price, and no budget in dollars holds it.
 */
export const prices: Readonly<Record<string, Price>> = {
  'claude-fable-5-1': { input: 10, cached: 0.25, written: 12.5, output: 50 },
  'claude-opus-5-5': { input: 4, cached: 0.2, written: 5, output: 20 },
  'claude-sonnet-5-5': { input: 2, cached: 0.1, written: 2.5, output: 10 },
  'claude-haiku-5-5': {
    input: 0.1,
    cached: 0.01,
    written: 0.125,
    output: 0.5,
    long: { tokens: 100_000, input: 0.5, cached: 0.05, written: 0.625, output: 2.5 },
  },
  'gpt-6.1-sol': gpt({ input: 2, cached: 0.1, written: 2.5, output: 10 }),
  'gpt-6.1-terra': gpt({ input: 1, cached: 0.05, written: 1.25, output: 5 }),
  'gpt-6-luna': gpt({ input: 0.1, cached: 0.01, written: 0.125, output: 0.5 }),
};

/** Beyond 272,000 tokens of input, OpenAI takes twice as much for input and half as much again for output. */
function gpt({ input, cached, written, output }: Price): Price {
  const long = { input: 2 * input, cached: 2 * cached, written: 2 * written, output: 1.5 * output };
  return { input, cached, written, output, long: { tokens: 272_000, ...long } };
}

/** Tokens of one request; `cached` and `written` are part of `input`. */
export type Counts = {
  readonly input: number;
  readonly cached?: number | undefined;
  readonly written?: number | undefined;
  readonly output: number;
};

/** What a request cost, in US dollars; undefined for a model without a price. A dated name has the undated one's. */
export function costOf(
  model: string,
  { input, cached = 0, written = 0, output }: Counts,
): number | undefined {
  const name = [model, model.replace(/-\d{4}-?\d{2}-?\d{2}$/, '')].find((one) =>
    Object.hasOwn(prices, one),
  );
  const listed = name === undefined ? undefined : prices[name];
  if (!listed) return undefined;
  const price = listed.long && input > listed.long.tokens ? listed.long : listed;
  // Whatever a server counts, nothing costs less than nothing.
  const fresh = Math.max(0, input - cached - written);
  const total =
    fresh * price.input + cached * price.cached + written * price.written + output * price.output;
  return total / 1_000_000;
}
