import * as z from 'zod';
import { oneOf } from '../../registry/agent/core/tool.ts';

type Fields = Readonly<Record<string, z.ZodType>>;

/** What the agent of the threads can do: name, description and arguments, as both sides are told. */
export const tools = {
  list_releases: { about: 'The releases there are, newest first.', fields: {} },
  deploy: {
    about: 'Deploy a release. Staging comes before production; production needs a person.',
    fields: { version: z.string(), to: z.enum(['staging', 'production']) },
  },
  run_checks: {
    about: 'Run the checks against an environment.',
    fields: { environment: z.enum(['staging', 'production']) },
  },
  list_incidents: { about: 'The incidents of this year, newest first.', fields: {} },
  read_ticket: { about: 'What a ticket of a customer says.', fields: { id: z.number() } },
  request_clarification: {
    about: 'Ask a person when you cannot go on without the answer.',
    fields: { question: z.string() },
  },
  done_for_now: {
    about: 'Report the result in one or two sentences.',
    fields: { message: z.string() },
  },
} as const satisfies Readonly<Record<string, { readonly about: string; readonly fields: Fields }>>;

/** The instructions, the same on both sides. */
export const system = `\
You are a release assistant. You help a team to bring releases to staging and to production.
Do the next step only. Staging first, then production if that was asked for. A person looks at each production deploy;
if it is denied, do as the reason says.`;

/** The union of next steps, as the agent's tools.ts has it. */
export const nextStep: z.ZodType = oneOf(
  Object.fromEntries(
    Object.entries(tools).map(([intent, { about, fields }]) => [
      intent,
      { schema: z.object({ intent: z.literal(intent), ...fields }).describe(about) },
    ]),
  ),
);
