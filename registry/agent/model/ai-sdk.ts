import {
  createGateway,
  generateText,
  jsonSchema,
  type LanguageModel,
  LoadAPIKeyError,
  Output,
  RetryError,
  streamText,
} from 'ai';
import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';
import type { Usage } from '../core/event.ts';
import type { Model, ModelRequest } from '../core/model.ts';
import { redact, secretsIn } from '../core/sanitize.ts';
import { askWithRepair, describeOutput, readVariable } from './adapter.ts';
import type { ChatMessage, Env, ModelReply } from './adapter.ts';
import { cacheSchemas, type JsonSchema } from './json-schema.ts';
import { completeUsage, type Texts } from './prices.ts';

type GenerateOptions = Parameters<typeof generateText>[0];
type Generated = Awaited<ReturnType<typeof generateText>>;
type SdkModel = Exclude<LanguageModel, string>;

/** Passed to the AI SDK. `providerOptions` are for one provider, such as how much to think. */
export type AiSdkOptions = Pick<
  GenerateOptions,
  'maxOutputTokens' | 'maxRetries' | 'providerOptions' | 'timeout'
>;

/**
 * Any provider of the Vercel AI SDK: a language model of an `@ai-sdk/*` package, or the name of one
 * at its gateway, like `anthropic/claude-sonnet-5.5`. The default is `AI_SDK_MODEL`.
 *
 * The AI SDK hides the exact request, so there is no `preview`. It decides how a provider gets the
 * schema, and which failures are retried.
 */
export function aiSdk(
  languageModel?: LanguageModel,
  options: AiSdkOptions = {},
  env: Env = process.env,
): Model {
  const required = requiredVariables(languageModel);
  const missing = () => required.filter((name) => !readVariable(env, name));
  async function model(request: ModelRequest) {
    const [variable] = missing();
    if (variable !== undefined) {
      throw new PermanentModelError(`${variable} is not set`);
    }
    const sdkModel = toSdkModel(languageModel ?? readVariable(env, 'AI_SDK_MODEL') ?? '', env);
    const keyName = typeof languageModel === 'object' ? 'its key' : 'AI_GATEWAY_API_KEY';
    const details = {
      provider: sdkModel.provider,
      keyName,
      secrets: secretsIn(env),
    };
    return await askWithRepair(request, async (repair) => {
      const abortSignal = request.signal;
      const prompt = toSdkPrompt(sdkModel, request, repair);
      const settings = {
        ...options,
        model: sdkModel,
        abortSignal,
        ...prompt,
      };
      const { onText } = request;
      const asked = onText ? generateStreamed(settings, onText) : generateText(settings);
      const result = await asked.catch((error: unknown) => {
        onText?.('');
        abortSignal.throwIfAborted();
        throw toModelError(error, details);
      });
      return toReply(result, sdkModel, prompt);
    });
  }
  return Object.assign(model, { missing });
}

/** Does as `generateText`, and passes on the text so far. Rejects with what fails in the stream. */
async function generateStreamed(
  settings: Parameters<typeof streamText>[0],
  onText: (text: string) => void,
): Promise<GenerateResult> {
  let text = '';
  const { fullStream } = streamText({ ...settings, onError: () => undefined });
  for await (const part of fullStream) {
    if (part.type === 'error') throw toError(part.error);
    if (part.type === 'abort') throw new Error(part.reason);
    if (part.type === 'text-delta' && part.text !== '') onText((text += part.text));
    // The AI SDK has no reason for the end of a stream that was cut off.
    const isCut = part.type === 'finish' && part.rawFinishReason === undefined;
    if (part.type === 'finish' && !(isCut && part.finishReason === 'other'))
      return { text, ...part };
  }
  throw toError({ message: 'the stream ended early' });
}

/** A failure that a provider tells inside of its stream is no error of the AI SDK. */
function toError(failure: unknown): Error {
  if (failure instanceof Error) return failure;
  const { data } = StreamFailure.safeParse(failure);
  const message = data?.error?.message ?? data?.message ?? JSON.stringify(failure);
  return Object.assign(new Error(message), { statusCode: 200 });
}

const Message = z.object({ message: z.string().optional() });
const StreamFailure = Message.extend({ error: Message.nullish() });

function requiredVariables(languageModel: LanguageModel | undefined): readonly string[] {
  if (typeof languageModel === 'object') return [];
  const key = 'AI_GATEWAY_API_KEY';
  return languageModel ? [key] : ['AI_SDK_MODEL', key];
}

function toSdkModel(model: LanguageModel, env: Env): SdkModel {
  if (typeof model === 'object') return model;
  const apiKey = readVariable(env, 'AI_GATEWAY_API_KEY');
  const baseURL = readVariable(env, 'AI_GATEWAY_BASE_URL');
  return createGateway({ ...(apiKey && { apiKey }), ...(baseURL && { baseURL }) })(model);
}

const claudeSchema = cacheSchemas('not-required');
const otherSchema = cacheSchemas('nullable');

function toSdkPrompt({ modelId }: SdkModel, request: ModelRequest, repair: readonly ChatMessage[]) {
  const outputSchema = modelId.includes('claude') ? claudeSchema : otherSchema;
  const { system, schema } = describeOutput(request.system, outputSchema(request.schema));
  const context = {
    role: 'user' as const,
    content: toContent(request.blocks),
  };
  const messages = repair.map(({ role, content }) => ({ role, content: String(content) }));
  return {
    system,
    messages: [context, ...messages],
    ...(schema && { output: toOutput(schema) }),
  };
}

function toOutput(schema: JsonSchema) {
  return {
    ...Output.object({ schema: jsonSchema(schema), name: 'next_step' }),
    // The AI SDK must not parse the answer: text that is not JSON gets its repair turn.
    parseCompleteOutput: () => Promise.resolve({}),
    // Without a change in it, the AI SDK holds back the text that has arrived.
    parsePartialOutput: ({ text }: { text: string }) =>
      Promise.resolve({ partial: { length: text.length } }),
  };
}

function toContent(blocks: readonly string[]) {
  const cacheControl = { type: 'ephemeral' };
  const content = blocks.map((block) => ({
    type: 'text' as const,
    text: `${block}\n`,
  }));
  const last = content.pop();
  if (!last) return [];
  const providerOptions = { anthropic: { cacheControl } };
  return [...content, { ...last, providerOptions }];
}

/** Reasons why an answer ends early. */
const stopErrors: Partial<Record<Generated['finishReason'], string>> = {
  length: 'the answer was cut off: it may have no more tokens',
  'content-filter': 'the model refused to answer',
};

type GenerateResult = Pick<Generated, 'text' | 'finishReason' | 'totalUsage'>;

function toReply(
  { text, finishReason, totalUsage }: GenerateResult,
  model: SdkModel,
  prompt: object,
): ModelReply {
  const isEmpty = text === '';
  const emptyError = isEmpty ? 'the answer is empty' : undefined;
  const problem = stopErrors[finishReason] ?? emptyError;
  const error = problem && `${model.provider}: ${problem}`;
  return {
    text,
    error,
    usage: readUsage(model.modelId, totalUsage, {
      sent: () => JSON.stringify(prompt),
      received: text,
    }),
  };
}

/** A count that is impossible is missing, and estimated. */
const Count = z.int().nonnegative().optional().catch(undefined);

function readUsage(modelId: string, usage: Generated['totalUsage'], texts: Texts): Usage {
  const counts = {
    input_tokens: Count.parse(usage.inputTokens),
    output_tokens: Count.parse(usage.outputTokens),
    cached_tokens: Count.parse(usage.inputTokenDetails.cacheReadTokens),
    reasoning_tokens: Count.parse(usage.outputTokenDetails.reasoningTokens),
    written_tokens: Count.parse(usage.inputTokenDetails.cacheWriteTokens),
  };
  const model = modelId.replace(/^.*\//, '');
  const complete = completeUsage(model, counts, texts);
  if (complete.usd !== undefined) return complete;
  // The gateway writes dots where Anthropic writes dashes.
  const { usd } = completeUsage(model.replaceAll('.', '-'), counts, texts);
  return { ...complete, usd };
}

type ErrorDetails = {
  readonly provider: string;
  /** The name of the key in errors. */
  readonly keyName: string;
  readonly secrets: readonly string[];
};

/** The errors of the AI SDK, as far as they say what happened. */
const SdkError = z.object({
  name: z.string().catch(''),
  message: z.string().catch('failed without a message'),
  statusCode: z.number().optional().catch(undefined),
  isRetryable: z.boolean().catch(false),
  responseHeaders: z.record(z.string(), z.unknown()).catch({}),
});
type SdkError = z.infer<typeof SdkError>;

/**
 * Returns an error without keys: a provider's message may repeat one. It is a PermanentModelError
 * if another attempt would fail too.
 */
function toModelError(error: unknown, { provider, keyName, secrets }: ErrorDetails): Error {
  const cause = RetryError.isInstance(error) ? error.lastError : error;
  const sdkError = SdkError.parse(typeof cause === 'object' ? cause : {});
  const { statusCode = 0, isRetryable } = sdkError;
  const isKeyError = isAboutKey(sdkError);
  const reason = isKeyError ? `is ${keyName} right?` : redact(sdkError.message, secrets);
  const message = `${provider} ${describeResponse(sdkError)}: ${reason}`;
  const isRejection = statusCode >= 400 && !isRetryable;
  const isPermanent = isKeyError || isRejection || LoadAPIKeyError.isInstance(cause);
  return isPermanent ? new PermanentModelError(message) : new Error(message);
}

/** Fetch quotes a header that it cannot send. */
function isAboutKey({ name, message, statusCode }: SdkError): boolean {
  const isGatewayError = /^Gateway(Authentication)?Error$/.test(name);
  return statusCode === 401 || isGatewayError || message.includes('header value');
}

function describeResponse({ statusCode, isRetryable, responseHeaders }: SdkError): string {
  if (statusCode === undefined) {
    return isRetryable ? 'cannot be reached' : 'cannot be asked';
  }
  const id = responseHeaders['x-request-id'] ?? responseHeaders['request-id'];
  return typeof id === 'string'
    ? `answered ${statusCode} (request ${id})`
    : `answered ${statusCode}`;
}
