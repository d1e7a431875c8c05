import type { Usage } from '../core/event.ts';

/** US dollars per million tokens: input, input from the cache, input to the cache, output. */
type Price = readonly [number, number, number, number, LongRequest?];

/** Factors of a request with more than `tokens` of input. */
type LongRequest = Readonly<Record<'tokens' | 'input' | 'output', number>>;
const longHaiku = { tokens: 100_000, input: 5, output: 5 };
const longGpt = { tokens: 272_000, input: 2, output: 1.5 };

/**
 * List prices of November 2026, without discounts and surcharges. Correct and extend them: a model
 * that is not listed has no price, so no budget in dollars limits it.
 */
export const prices: Readonly<Record<string, Price>> = {
  'claude-fable-5-1': [10, 0.25, 12.5, 50],
  'claude-opus-5-5': [4, 0.2, 5, 20],
  'claude-sonnet-5-5': [2, 0.1, 2.5, 10],
  'claude-haiku-5-5': [0.1, 0.01, 0.125, 0.5, longHaiku],
  'gpt-6.1-sol': [2, 0.1, 2.5, 10, longGpt],
  'gpt-6.1-terra': [1, 0.05, 1.25, 5, longGpt],
  'gpt-6-luna': [0.1, 0.01, 0.125, 0.5, longGpt],
};

/** `written_tokens` are the part of the input that is written to the cache. */
export type ReportedUsage = Usage & { readonly written_tokens?: number | undefined };

/**
 * Returns the cost of a request in US dollars, or undefined if the model has no price. A date at
 * the end of the model's name is ignored.
 */
export function costOf(model: string, usage: ReportedUsage): number | undefined {
  const undated = model.replace(/-\d{4}-?\d{2}-?\d{2}$/, '');
  const name = [model, undated].find((one) => Object.hasOwn(prices, one)) ?? '';
  const price = prices[name];
  if (!price) return undefined;
  const [input, cached, written, output, long] = price;
  const { input_tokens, cached_tokens = 0, written_tokens = 0, output_tokens } = usage;
  // A server that counts too much from the cache must not make the cost negative.
  const fresh = Math.max(0, input_tokens - cached_tokens - written_tokens);
  const inputCost = fresh * input + cached_tokens * cached + written_tokens * written;
  const isLong = long && input_tokens > long.tokens;
  const factors = isLong ? long : { input: 1, output: 1 };
  return (inputCost * factors.input + output_tokens * output * factors.output) / 1_000_000;
}
