import { Refused } from '../../../registry/agent/core/errors.ts';
import { answer, approve, cancel, report, say } from '../../../registry/agent/core/people.ts';
import { advance } from '../../../registry/agent/core/loop.ts';
import type { Agent } from '../../../registry/agent/core/agent.ts';
import type { Store } from '../../../registry/agent/core/store.ts';
import { openStore, type Address } from '../../support/generated/open-store.ts';
import { linesOf } from './lines.ts';
import { victim, type Play } from './victim.ts';

/**
 * What somebody does to a thread that waits. `n` is in what they write, so that it is known whose
 * it is.
 */
export type Racer = {
  readonly n: number;
  readonly does: 'approve' | 'deny' | 'answer' | 'say' | 'cancel' | 'expire' | 'arrive' | 'fail';
  readonly by: string;
};

/** What came of it. */
export type Run = Racer & {
  readonly appended: readonly { readonly version: number; readonly event: string }[];
  /** Why not, and whose fault that is said to be. */
  readonly refused?: string;
  readonly fault?: string | undefined;
  /** What it died of. */
  readonly error?: string;
};

/** What a process is to do once it is told to go. `inTurn`: each racer waits for the one before. */
export type Heat = {
  readonly thread: string;
  readonly call: string;
  readonly script: readonly Play[];
  readonly inTurn: boolean;
  readonly racers: readonly Racer[];
};

/** What it says when it can go, and when it is through. */
export type Said = 'ready' | Finish;

/** `ran` has the key of each tool that ran. */
export type Finish = { readonly runs: readonly Run[]; readonly ran: readonly string[] };

const MONTH_MS = 31 * 86_400_000;

/**
 * Runs heats until its input ends, each when the line after it says so. `wrap` stands between the
 * agent and the store, to see what a bad one does.
 */
export async function race(
  address: Address,
  wrap: (store: Store) => Store = (store) => store,
): Promise<void> {
  const opened = await openStore(address);
  const store = wrap(opened);
  const lines = linesOf(process.stdin);
  for await (const line of lines) {
    const heat: Heat = JSON.parse(line);
    const ran: string[] = [];
    const act = async (_: unknown, { idempotencyKey }: { idempotencyKey: string }) =>
      void ran.push(idempotencyKey);
    const agent = victim({ store, script: heat.script, now: Date.now, act });
    // So that each process has a connection when it begins.
    await store.load(heat.thread);
    tell('ready');
    await lines.next();
    const runs: Run[] = [];
    if (heat.inTurn) for (const racer of heat.racers) runs.push(await runOne(agent, heat, racer));
    else runs.push(...(await Promise.all(heat.racers.map((racer) => runOne(agent, heat, racer)))));
    tell({ runs, ran });
  }
  await opened.close();
}

const tell = (said: Said): void => void process.stdout.write(`${JSON.stringify(said)}\n`);

async function runOne(agent: Agent<Play>, heat: Heat, racer: Racer): Promise<Run> {
  const appended: { version: number; event: string }[] = [];
  const store: Store = {
    ...agent.store,
    async append(id, version, event, index) {
      const saved = await agent.store.append(id, version, event, index);
      appended.push({ version: saved - 1, event: JSON.stringify(event) });
      return saved;
    },
  };
  try {
    await act({ ...agent, store }, heat, racer);
    return { ...racer, appended };
  } catch (error) {
    if (error instanceof Refused)
      return { ...racer, appended, refused: error.message, fault: error.fault };
    return { ...racer, appended, error: String(error instanceof Error ? error.stack : error) };
  }
}

async function act(
  agent: Agent<Play>,
  { thread, call }: Heat,
  { n, does, by }: Racer,
): Promise<unknown> {
  const text = `from ${n}`;
  switch (does) {
    case 'approve':
    case 'deny':
      return approve(agent, call, { approved: does === 'approve', by, comment: text });
    case 'answer':
      return answer(agent, call, { by, text });
    case 'say':
      return say(agent, thread, { channel: 'test', from: by, text });
    case 'cancel':
      return cancel(agent, thread, { by, reason: text });
    case 'arrive':
      return report(agent, call, { result: text });
    case 'fail':
      return report(agent, call, { error: text });
    case 'expire':
      return advance({ ...agent, now: () => Date.now() + MONTH_MS }, thread);
    default:
      return does satisfies never;
  }
}
