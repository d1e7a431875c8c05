import type { Usage } from '../core/event.ts';

/** What the models took, in words, dollars where they are known; nothing if no model said so. */
export function spending({
  input_tokens,
  output_tokens,
  cached_tokens,
  reasoning_tokens,
  usd,
}: Usage): string {
  if (input_tokens + output_tokens === 0 && !usd) return '';
  const came = `${count(input_tokens)} tokens in${ofThem(cached_tokens, 'cached')}`;
  const went = `${count(output_tokens)} out${ofThem(reasoning_tokens, 'reasoning')}`;
  return [came, went, ...(usd === undefined ? [] : [dollars(usd)])].join(', ');
}

/** The same in one short word: the dollars, else the tokens. */
export function cost({ input_tokens, output_tokens, usd }: Usage): string {
  if (usd !== undefined) return dollars(usd);
  const tokens = input_tokens + output_tokens;
  return tokens === 0 ? '' : `${short.format(tokens)} tokens`;
}

/** To the cent; what is less than one, as closely as it takes to see it. */
const dollars = (usd: number): string =>
  `$${usd === 0 || usd >= 0.01 ? usd.toFixed(2) : small.format(usd)}`;

const count = (tokens: number): string => tokens.toLocaleString('en');
const small = new Intl.NumberFormat('en', {
  minimumSignificantDigits: 2,
  maximumSignificantDigits: 2,
});
const short = new Intl.NumberFormat('en', { notation: 'compact' });

const ofThem = (tokens: number | undefined, what: string): string =>
  tokens ? ` (${count(tokens)} of them ${what})` : '';
