import {
  createGateway,
  generateText,
  jsonSchema,
  type LanguageModel,
  LoadAPIKeyError,
  Output,
  RetryError,
} from 'ai';
import { PermanentModelError } from '../core/errors.ts';
import type { Model, ModelRequest } from '../core/model.ts';
import { redact, secretsIn } from '../core/sanitize.ts';
import { type Env, setting, Tokens, translator } from './adapter.ts';
import { askWithRepair, type Said, type Turn } from './answer.ts';
import { costOf } from './prices.ts';

type Chosen = Exclude<LanguageModel, string>;
type Settings = Parameters<typeof generateText>[0];
type Result = Pick<
  Awaited<ReturnType<typeof generateText>>,
  'text' | 'finishReason' | 'totalUsage'
>;

/** For the AI SDK. `providerOptions` are what only one provider knows: how much to think, say. */
type Options = Pick<Settings, 'maxOutputTokens' | 'maxRetries' | 'providerOptions' | 'timeout'>;

/**
 * Any provider of the Vercel AI SDK: a language model from an `@ai-sdk/*` package, or the name of one at its gateway,
 * `anthropic/claude-sonnet-5.5` say; by default the one that `AI_SDK_MODEL` names.
 *
 * The AI SDK hides the exact bytes, so there is no `preview`; how a provider is told the schema (a strict mode, a tool,
 * or words), with no other way where one refuses it; which failures it tries again, how often and when.
 */
export function aiSdk(
  languageModel?: LanguageModel,
  options: Options = {},
  env: Env = process.env,
): Model {
  const key = typeof languageModel === 'object' ? undefined : 'AI_GATEWAY_API_KEY';
  const needed = [...(languageModel ? [] : ['AI_SDK_MODEL']), ...(key ? [key] : [])];
  const missing = () => needed.filter((name) => setting(env, name) === undefined);
  const ask: Model = async (request) => {
    const [lacking] = missing();
    if (lacking !== undefined) throw new PermanentModelError(`${lacking} is not set`);
    const model = toModel(languageModel ?? setting(env, 'AI_SDK_MODEL') ?? '', env);
    const failed = (error: unknown) => {
      request.signal.throwIfAborted();
      throw toFailure(error, {
        name: model.provider,
        key: key ?? 'its key',
        secrets: secretsIn(env),
      });
    };
    return askWithRepair(request, async (turns) => {
      const settings = {
        ...options,
        model,
        abortSignal: request.signal,
        ...toQuestion(model, request, turns),
      };
      return toReply(await generateText(settings).catch(failed), model);
    });
  };
  return Object.assign(ask, { missing });
}

function toModel(chosen: LanguageModel, env: Env): Chosen {
  if (typeof chosen === 'object') return chosen;
  const [apiKey, baseURL] = [
    setting(env, 'AI_GATEWAY_API_KEY'),
    setting(env, 'AI_GATEWAY_BASE_URL'),
  ];
  return createGateway({ ...(apiKey && { apiKey }), ...(baseURL && { baseURL }) })(chosen);
}

const wireOf = {
  absent: translator({ optional: 'absent', limits: {} }),
  nullable: translator({ optional: 'nullable', limits: {} }),
};

function toQuestion(
  { modelId }: Chosen,
  { system, blocks, schema }: ModelRequest,
  turns: readonly Turn[],
) {
  const format = jsonSchema(
    wireOf[modelId.includes('claude') ? 'absent' : 'nullable'](schema).schema,
  );
  const toPart = (block: string) => ({ type: 'text' as const, text: `${block}\n` });
  const cacheHere = { providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } };
  const content = blocks.map((block, at) => ({
    ...toPart(block),
    ...(at === blocks.length - 1 && cacheHere),
  }));
  const said = turns.map((turn) => ({ role: turn.role, content: String(turn.content) }));
  return {
    system,
    messages: [{ role: 'user' as const, content }, ...said],
    // Not to be parsed by the AI SDK: what is no JSON gets its repair turn.
    output: {
      ...Output.object({ schema: format, name: 'next_step' }),
      parseCompleteOutput: async () => ({}),
    },
  };
}

/** Why there is no more of an answer. */
const stops: Partial<Record<Result['finishReason'], string>> = {
  length: 'the answer was cut off: it may have no more tokens',
  'content-filter': 'the model refused to answer',
};

function toReply({ text, finishReason, totalUsage }: Result, { modelId, provider }: Chosen) {
  const why = stops[finishReason] ?? (text === '' ? 'the answer is empty' : undefined);
  const error = why && `${provider}: ${why}`;
  return {
    text,
    error,
    turn: { role: 'assistant' as const, content: text },
    usage: usageOf(modelId, totalUsage),
  };
}

/** Undefined where the provider does not say, or says what no count can be. */
function usageOf(modelId: string, totalUsage: Result['totalUsage']): Said['usage'] {
  const {
    inputTokens: input = 0,
    outputTokens: output = 0,
    inputTokenDetails,
    outputTokenDetails,
  } = totalUsage;
  if (input + output === 0) return undefined;
  const { cacheReadTokens: cached, cacheWriteTokens: written } = inputTokenDetails;
  const model = modelId.replace(/^.*\//, '');
  const counts = { input, cached, written, output };
  if (!Object.values(counts).every((count) => Tokens.optional().safeParse(count).success))
    return undefined;
  // The gateway has dots where Anthropic has dashes.
  const usd = costOf(model, counts) ?? costOf(model.replaceAll('.', '-'), counts);
  const { reasoningTokens: reasoning_tokens } = outputTokenDetails;
  return {
    model,
    input_tokens: input,
    output_tokens: output,
    cached_tokens: cached,
    reasoning_tokens,
    usd,
  };
}

/** Who was asked; `key` is what errors call its key. */
type Asked = { readonly name: string; readonly key: string; readonly secrets: readonly string[] };

/**
 * Why the AI SDK has no answer, without a key: what a provider says may repeat it, and fetch prints a header that it
 * cannot send. It is Unusable if no other try could do better.
 */
export function toFailure(error: unknown, { name: provider, key, secrets }: Asked): Error {
  const cause = RetryError.isInstance(error) ? error.lastError : error;
  const { statusCode, isRetryable, message, name, responseHeaders } = Object(cause);
  const id: unknown =
    Object(responseHeaders)['x-request-id'] ?? Object(responseHeaders)['request-id'];
  const isKey =
    statusCode === 401 ||
    /^Gateway(Authentication)?Error$/.test(name) ||
    /header value/.test(message);
  const unasked = isRetryable ? 'cannot be reached' : 'cannot be asked';
  const answered =
    statusCode === undefined ? unasked : `answered ${statusCode}${id ? ` (request ${id})` : ''}`;
  const failure = `${provider} ${answered}: ${isKey ? `is ${key} right?` : redact(String(message), secrets)}`;
  const isFinal = isKey || LoadAPIKeyError.isInstance(cause) || (statusCode >= 400 && !isRetryable);
  return isFinal ? new PermanentModelError(failure) : new Error(failure);
}
