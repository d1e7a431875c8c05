import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { StreamedDraft } from '../api/api.ts';
import type { Agent } from '../core/agent.ts';
import type { Draft } from '../core/model.ts';
import { draftListener } from '../drafts/draft-listener.ts';
import { shareDrafts, type SharedDraft } from '../drafts/shared-drafts.ts';

/** ms for which a client that announced itself may take to connect. */
const EXPECTED_MS = 10_000;

/** Characters that a client gets at once: one that reads slowly has as many in memory. */
const MAX_PART = 16_384;

/** `number` tells one answer from the next. */
type CurrentDraft = SharedDraft & { readonly number: number };

/** Whether a request says that its sender listens to drafts. */
export function wantsDrafts({ url }: Request): boolean {
  return new URL(url).searchParams.get('drafts') === 'true';
}

/** The drafts of threads that clients of this server listen to. */
export type Drafts = {
  readonly listenerFor: NonNullable<Agent['listenerFor']>;
  /** Expects that a client listens to a thread in a moment. */
  expect: (id: string) => void;
  /** Returns the drafts of a thread for one client. */
  sourceOf: (id: string) => DraftSource;
};

/**
 * The first `version` events of a thread. Behind the first `decided` ones, people were only told
 * something: the model goes on writing meanwhile.
 */
type Position = { readonly version: number; readonly decided: number };

/** The drafts of a thread, for one client. */
export type DraftSource = {
  /** Returns as server-sent events what the client lacks of the draft after a position. */
  next: (position: Position) => string;
  /** Calls back when there may be more. @returns the function that ends this */
  watch: (onDraft: () => void) => () => void;
};

/** Keeps the drafts of this process, and those of others if the store can share them. */
export function draftsOf(agent: Agent, signal: AbortSignal): Drafts {
  const from = randomUUID();
  const shared = shareDrafts(agent.store, signal);
  const drafts = new Map<string, CurrentDraft>();
  const changes = new EventEmitter().setMaxListeners(0);
  /** Threads that clients listen to, or will in a moment, and the function that ends that. */
  const heard = new Map<string, () => void>();
  const expected = new Map<string, NodeJS.Timeout>();
  const nameOf = (id: string) => `draft of ${id}`;
  let answers = 0;

  function set(id: string, draft: SharedDraft | undefined): void {
    const before = drafts.get(id);
    const isSame = before?.from === draft?.from && before?.version === draft?.version;
    const number = before && isSame ? before.number : (answers += 1);
    if (draft && heard.has(id)) drafts.set(id, { ...draft, number });
    else drafts.delete(id);
    changes.emit(nameOf(id));
  }

  /** While this process writes, no other one changes its draft. */
  function setShared(id: string, draft: SharedDraft | undefined): void {
    const own = drafts.get(id)?.from === from ? drafts.get(id) : undefined;
    if (!own || (draft && draft.version > own.version)) set(id, draft);
  }

  function hear(id: string): void {
    if (heard.has(id)) return;
    const stop = shared?.hear(id, (draft) => setShared(id, draft));
    heard.set(id, () => stop?.());
  }

  function forgetUnheard(id: string): void {
    if (expected.has(id) || changes.listenerCount(nameOf(id)) > 0) return;
    heard.get(id)?.();
    heard.delete(id);
    drafts.delete(id);
  }

  return {
    listenerFor(thread) {
      const { id, events } = thread;
      if (!heard.has(id) && shared?.isHeard(id) !== true) return agent.listenerFor?.(thread);
      // The last answer may have been lost before it was saved.
      set(id, undefined);
      const version = events.length;
      const send = shared?.senderFor(id, version);
      return draftListener(agent, thread, (draft) => {
        set(id, draft && { ...draft, version, from });
        send?.(draft);
      });
    },
    expect(id) {
      hear(id);
      clearTimeout(expected.get(id));
      const end = () => {
        expected.delete(id);
        forgetUnheard(id);
      };
      expected.set(id, setTimeout(end, EXPECTED_MS).unref());
    },
    sourceOf: (id) => ({
      next: unsentDrafts(() => drafts.get(id)),
      watch(onDraft) {
        hear(id);
        changes.on(nameOf(id), onDraft);
        return () => {
          changes.off(nameOf(id), onDraft);
          forgetUnheard(id);
        };
      },
    }),
  };
}

function unsentDrafts(current: () => CurrentDraft | undefined): DraftSource['next'] {
  const lengths = new Map<string, number>();
  let sent: Omit<CurrentDraft, keyof Draft> | undefined;
  return ({ version, decided }) => {
    const draft = current();
    const isNext = draft && draft.version >= decided && draft.version <= version;
    const now = isNext ? draft : undefined;
    const chunks: StreamedDraft[] = [];
    if (sent && (now?.number !== sent.number || sent.version !== version)) {
      if (sent.version === version) chunks.push({ version, process: sent.from, withdrawn: true });
      lengths.clear();
    }
    // Without the texts: a client that is slow would keep them in memory.
    sent = now && { number: now.number, version, from: now.from };
    for (const [field, text] of Object.entries(now?.texts ?? {})) {
      const offset = lengths.get(field) ?? 0;
      if (!now || text.length <= offset) continue;
      const part = text.slice(offset, offset + MAX_PART);
      lengths.set(field, offset + part.length);
      const { from: process, intent } = now;
      chunks.push({ version, process, intent, field, offset, text: part });
    }
    return chunks.map(toServerSentEvent).join('');
  };
}

const toServerSentEvent = (draft: StreamedDraft) =>
  `event: draft\ndata: ${JSON.stringify(draft)}\n\n`;
