import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { StreamedDraft } from '../api/api.ts';
import type { Agent } from '../core/agent.ts';
import type { Draft } from '../core/model.ts';
import type { Thread } from '../core/store.ts';
import { draftListener } from '../drafts/draft-listener.ts';

/** ms for which a client that announced itself may take to connect. */
const EXPECTED_MS = 10_000;

/** The texts that the model writes after `version` events. `number` tells one answer from the next. */
type CurrentDraft = Draft & { readonly version: number; readonly number: number };

/** Whether a request says that its sender listens to drafts. */
export function wantsDrafts({ url }: Request): boolean {
  return new URL(url).searchParams.get('drafts') === 'true';
}

/** The drafts in this process, as far as clients listen. */
export type Drafts = {
  readonly listenerFor: NonNullable<Agent['listenerFor']>;
  /** Expects that a client listens to a thread in a moment. */
  expect: (id: string) => void;
  /** Returns the drafts of a thread for one client. */
  sourceOf: (id: string) => DraftSource;
};

/** The drafts of a thread, for one client. */
export type DraftSource = {
  /** Returns as server-sent events what the client lacks of the draft after `version` events. */
  next: (version: number) => string;
  /** Calls back when there may be more. @returns the function that ends this */
  watch: (onDraft: () => void) => () => void;
};

/** Keeps the drafts of an agent's threads for those who listen. */
export function draftsOf(agent: Agent): Drafts {
  const drafts = new Map<string, CurrentDraft>();
  const changes = new EventEmitter().setMaxListeners(0);
  const expected = new Map<string, NodeJS.Timeout>();
  const process = randomUUID();
  const nameOf = (id: string) => `draft of ${id}`;
  let answers = 0;

  const isHeard = (id: string) => expected.has(id) || changes.listenerCount(nameOf(id)) > 0;
  const forgetUnheard = (id: string) => {
    if (!isHeard(id)) drafts.delete(id);
  };

  return {
    listenerFor(thread: Thread) {
      const { id, events } = thread;
      if (!isHeard(id)) return undefined;
      const version = events.length;
      let number = (answers += 1);
      return draftListener(agent, thread, (draft) => {
        if (draft && isHeard(id)) drafts.set(id, { ...draft, version, number });
        else drafts.delete(id);
        if (!draft) number = answers += 1;
        changes.emit(nameOf(id));
      });
    },
    expect(id) {
      clearTimeout(expected.get(id));
      const end = () => {
        expected.delete(id);
        forgetUnheard(id);
      };
      expected.set(id, setTimeout(end, EXPECTED_MS).unref());
    },
    sourceOf: (id) => ({
      next: unsentDrafts(() => drafts.get(id), process),
      watch(onDraft) {
        changes.on(nameOf(id), onDraft);
        return () => {
          changes.off(nameOf(id), onDraft);
          forgetUnheard(id);
        };
      },
    }),
  };
}

function unsentDrafts(current: () => CurrentDraft | undefined, process: string) {
  const lengths = new Map<string, number>();
  let sent: CurrentDraft | undefined;
  return (version: number): string => {
    const draft = current();
    const now = draft?.version === version ? draft : undefined;
    const chunks: string[] = [];
    if (sent && now?.number !== sent.number) {
      if (sent.version === version) chunks.push(toChunk({ version, process, withdrawn: true }));
      lengths.clear();
    }
    sent = now;
    if (!now) return chunks.join('');
    for (const [field, text] of Object.entries(now.texts)) {
      const offset = lengths.get(field) ?? 0;
      if (text.length <= offset) continue;
      lengths.set(field, text.length);
      const part = { intent: now.intent, field, offset, text: text.slice(offset) };
      chunks.push(toChunk({ version, process, ...part }));
    }
    return chunks.join('');
  };
}

const toChunk = (draft: StreamedDraft) => `event: draft\ndata: ${JSON.stringify(draft)}\n\n`;
