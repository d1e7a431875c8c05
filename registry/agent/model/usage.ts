/**
 * What asking a model took. `cached_tokens` are part of the input, `reasoning_tokens` of the output; `usd` is there
 * where the price is known.
 */
export type Usage = {
  readonly model?: string | undefined;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cached_tokens?: number | undefined;
  readonly reasoning_tokens?: number | undefined;
  readonly usd?: number | undefined;
};

export const noUsage: Usage = { input_tokens: 0, output_tokens: 0 };

/** Both together, whichever models they were. What neither knows stays unknown. */
export const plus = (a: Usage, b: Usage): Usage => ({
  input_tokens: a.input_tokens + b.input_tokens,
  output_tokens: a.output_tokens + b.output_tokens,
  cached_tokens: sum(a.cached_tokens, b.cached_tokens),
  reasoning_tokens: sum(a.reasoning_tokens, b.reasoning_tokens),
  usd: sum(a.usd, b.usd),
});

const sum = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
