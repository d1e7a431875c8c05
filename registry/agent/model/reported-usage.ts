import * as z from 'zod';
import { isObject, type Usage } from '../core/event.ts';
import { costOf, type ReportedUsage } from './prices.ts';

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
  const { written_tokens, total_tokens, ...counts } = withTotal(usage);
  const input_tokens = counts.input_tokens || estimateTokens(texts.sent());
  const output_tokens = counts.output_tokens ?? estimateTokens(texts.received);
  const complete = { ...counts, input_tokens, output_tokens };
  return { model, ...complete, usd: counts.usd ?? costOf(model, { ...complete, written_tokens }) };
}

/** Derives a count from the total and the other one. */
function withTotal(usage: PartialUsage): PartialUsage {
  const { total_tokens: total, input_tokens: input, output_tokens: output } = usage;
  if (total === undefined) return usage;
  if (input === undefined)
    return {
      ...usage,
      input_tokens: Math.max(0, total - (output ?? 0)),
      output_tokens: output ?? 0,
    };
  return { ...usage, output_tokens: output ?? Math.max(0, total - input) };
}

function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}
