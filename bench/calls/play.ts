import { isDeepStrictEqual } from 'node:util';
import { median } from '../figures.ts';
import { adapterFor, type Api, apiKey, apis, question, step } from './job.ts';

/** One call of a model, by whichever means. Resolves to the next step. */
export type Call = (signal: AbortSignal) => Promise<unknown>;

/** The median ms of a call, and of a bare one in the same process. */
export type Called = { readonly ms: number; readonly bare: number };

const warmups = 200;
const calls = 400;

/** What a contestant's process does: its call and a bare one take turns on one connection, and it prints JSON. */
export async function play(toCall: (api: Api, origin: string) => Call): Promise<void> {
  const [name, origin = ''] = process.argv.slice(2);
  const api = apis.find((known) => known === name);
  if (api === undefined) throw new Error(`There is no API ${name}.`);
  const [call, bare] = [toCall(api, origin), toBareCall(api, origin)];
  await check(call);
  const times: { ms: number; bare: number }[] = [];
  for (let count = 0; count < warmups + calls; count++)
    times.push({ ms: await time(call), bare: await time(bare) });
  const counted = times.slice(warmups);
  const told: Called = {
    ms: median(counted.map(({ ms }) => ms)),
    bare: median(counted.map((each) => each.bare)),
  };
  console.log(JSON.stringify(told));
}

/** The same body as our adapter's, by nothing but `fetch`. */
function toBareCall(api: Api, origin: string): Call {
  const { signal } = new AbortController();
  const { url = '', body } = adapterFor(api, origin).preview?.({ ...question, signal }) ?? {};
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
  return async () =>
    (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json();
}

/** @throws if a call does not understand the answer: then what was measured is another job */
async function check(call: Call): Promise<void> {
  const said = await call(new AbortController().signal);
  if (!isDeepStrictEqual(said, step))
    throw new Error(`The next step should not be ${JSON.stringify(said)}.`);
}

/** ms; the signal is made before, as it is the caller's. */
async function time(call: Call): Promise<number> {
  const { signal } = new AbortController();
  const began = performance.now();
  await call(signal);
  return performance.now() - began;
}
