import { listAll, type Query, type Store } from '../../registry/agent/core/store.ts';
import { times } from '../stores/play.ts';
import { approveToEnd, askingAgent } from './agent.ts';
import { due, owners } from './fill.ts';
import { type Plan, planOfLast } from './plan.ts';

/** A query of the store: ms of each of several runs, and how PostgreSQL ran it. */
export type Queried = { readonly ms: readonly number[]; readonly plan: Plan };
export type Measured = {
  readonly queries: Readonly<Record<string, Queried>>;
  /** ms of the search for all due threads, page by page. */
  readonly search: readonly number[];
  /** ms from the approval of a thread to its saved end. */
  readonly advance: readonly number[];
};

const [runs, page, advanced] = [20, 500, 100];
/** The API shows 50, and asks for one more to know whether there are others. */
const shown = 51;
const status = 'waiting_for_approval';

export async function measure(store: Store, url: string, schema: string): Promise<Measured> {
  const now = new Date().toISOString();
  const before = '2000-01-01T00:00:00.000Z';
  const owner = `person_${owners / 2}`;
  const query = async (wanted: Query, found: number, ...values: readonly string[]) => {
    const ms = await times(runs, async () => check((await store.list(wanted)).length, found));
    return { ms, plan: await planOfLast(url, schema, [wanted.limit, ...values]) };
  };
  const queries = {
    'due: a page of 500': await query({ dueBefore: now, limit: page }, page, '', '', now),
    'due: none is': await query({ dueBefore: before, limit: page }, 0, '', '', before),
    'list: by id': await query({ limit: shown }, shown, ''),
    'list: by status': await query({ status, limit: shown }, shown, '', status),
    'list: by owner': await query({ owner, limit: shown }, shown, '', owner),
  };
  const search = await times(runs, () => searchAll(store, now));
  return { queries, search, advance: await advanceSome(store, now) };
}

async function searchAll(store: Store, dueBefore: string): Promise<void> {
  let found = 0;
  for await (const info of listAll(store, { dueBefore, limit: page })) if (info.due) found++;
  check(found, due);
}

/** Approves threads that are not due, from the middle of all ids on. */
async function advanceSome(store: Store, now: string): Promise<readonly number[]> {
  const agent = askingAgent(store);
  const threads = await store.list({ status, after: 't_8', limit: advanced + due });
  const calls = threads
    .filter(({ due: at = '' }) => at > now)
    .flatMap(({ details }) => details?.open?.call_id ?? [])
    .slice(0, advanced);
  check(calls.length, advanced);
  return await times(advanced, (turn) => approveToEnd(agent, calls[turn] ?? ''));
}

/** @throws if the store found another number than the job needs */
function check(found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`There should be ${wanted}, not ${found}.`);
}
