import * as z from 'zod';
import { isObject, type Usage } from '../core/event.ts';

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
  const name = [model, undated].find((one) => Object.keys(prices).includes(one)) ?? '';
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

/** The usage in an answer. What a provider does not say, or says in another form, is missing. */
export type PartialUsage = {
  readonly [count in keyof ReportedUsage]?: ReportedUsage[count] | undefined;
} & { readonly total_tokens?: number | undefined };

/** Reads an object. Anything else is read as one without fields. */
export function fields<T extends z.ZodRawShape>(shape: T) {
  const toObject = (value: unknown) => (isObject(value) && !Array.isArray(value) ? value : {});
  return z.unknown().optional().transform(toObject).pipe(z.object(shape));
}

/** Reads a number, also if it is a text. What is no number is missing. */
const NumberOrNone = z
  .unknown()
  .optional()
  .transform((value) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  })
  // With a negative one, no budget would limit the cost. One too large is no count, either.
  .pipe(z.number().min(0).max(Number.MAX_SAFE_INTEGER).optional());

/** A number of tokens, or undefined. A negative one is an error. */
export const TokenCount = NumberOrNone.transform((count) =>
  count === undefined ? undefined : Math.ceil(count),
);

/** US dollars: a number, or an object that has their total. */
export const Dollars = z
  .unknown()
  .optional()
  .transform((cost) => (isObject(cost) ? cost['total_cost'] : cost))
  .pipe(NumberOrNone);

/** Bytes of a token, on the low side: an estimate should end a budget early rather than late. */
const BYTES_PER_TOKEN = 3;

/** The texts of a request and of its answer, for estimates. */
export type Texts = { readonly sent: () => string; readonly received: string };

/** Estimates the counts that are missing, so that budgets work. Adds the cost, if it is known. */
export function completeUsage(model = '', usage: PartialUsage = {}, texts: Texts): Usage {
  const { written_tokens, total_tokens: total = 0, ...counts } = usage;
  const { input_tokens: input, output_tokens: output } = counts;
  const restOf = (known = 0) => Math.max(0, total - known);
  // Some servers count what the model thinks in the total only.
  const counted = total > 0 && input ? Math.max(output ?? 0, restOf(input)) : output;
  const output_tokens = counted ?? estimateTokens(texts.received);
  const input_tokens = input || restOf(output_tokens) || estimateTokens(texts.sent());
  const complete = { ...counts, input_tokens, output_tokens };
  return { model, ...complete, usd: counts.usd ?? costOf(model, { ...complete, written_tokens }) };
}

function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}
