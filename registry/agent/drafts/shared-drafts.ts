import * as z from 'zod';
import { parseJson } from '../core/json.ts';
import type { Draft } from '../core/model.ts';
import type { Store } from '../core/store.ts';
import type { OnDraft } from './draft-listener.ts';

/** ms between two announcements of a listener, and ms for which one counts. */
const ANNOUNCE_EVERY_MS = 5_000;
const HEARD_MS = 15_000;
/** ms without a message after which the process that writes is taken for lost. */
const SILENT_MS = 30_000;
/** ms between two messages about a thread. */
const SEND_EVERY_MS = 200;
/** Characters of text in a message. As JSON in UTF-8, they take at most 6.6 KB. */
const MAX_CHARS = 1_100;

/** The draft after `version` events, in the process `from`. */
export type SharedDraft = Draft & { readonly version: number; readonly from: string };

const sender = { id: z.string(), from: z.string() };
/** `isNew`: the listener lacks the start of the draft. */
const Announcement = z.object({ ...sender, isNew: z.boolean() });
const Withdrawal = z.object({ ...sender, isWithdrawn: z.literal(true) });
const place = { version: z.number(), intent: z.string(), field: z.string(), offset: z.number() };
const Part = z.object({ ...sender, ...place, text: z.string() });
const Message = z.union([Announcement, Withdrawal, Part]);
type Message = z.infer<typeof Message>;
type Part = z.infer<typeof Part>;

export type SharedDrafts = {
  /** Whether another process listens to the thread. */
  isHeard: (id: string) => boolean;
  /** Returns what sends the drafts of the next answer. */
  senderFor: (id: string, version: number) => OnDraft;
  /** Calls back with the drafts of other processes. @returns the function that ends this */
  hear: (id: string, onDraft: (draft: SharedDraft | undefined) => void) => () => void;
};

/**
 * Shares drafts with other processes until the signal fires. They are sent only while a process
 * listens. Messages can be lost: the saved event follows in any case.
 * @returns undefined for a store that cannot broadcast
 */
export function shareDrafts(store: Store, signal: AbortSignal): SharedDrafts | undefined {
  const { broadcast, listen } = store;
  if (!broadcast || !listen) return undefined;
  const from = crypto.randomUUID();
  const send = (message: Message) => broadcast(JSON.stringify(message));
  const heardUntil = new Map<string, number>();
  const senders = new Map<string, DraftSender>();
  const receivers = new Map<string, DraftReceiver>();

  function receive(text: string): void {
    const { data: message } = Message.safeParse(parseJson(text));
    if (!message || message.from === from) return;
    if (!('isNew' in message)) return receivers.get(message.id)?.take(message);
    heardUntil.set(message.id, Date.now() + HEARD_MS);
    if (message.isNew) senders.get(message.id)?.restart();
  }

  const isHeard = (id: string) => (heardUntil.get(id) ?? 0) > Date.now();

  function forgetUnheard(): void {
    for (const id of [...heardUntil.keys(), ...senders.keys()]) {
      if (isHeard(id)) continue;
      heardUntil.delete(id);
      senders.delete(id);
    }
  }

  const stopListening = listen(receive);
  const timer = setInterval(forgetUnheard, HEARD_MS);
  timer.unref();
  signal.addEventListener('abort', () => {
    stopListening();
    clearInterval(timer);
  });
  return {
    isHeard,
    senderFor(id, version) {
      const withdraw = () => isHeard(id) && send({ id, from, isWithdrawn: true });
      const one = draftSender(
        (part) => send({ ...part, id, version, from }),
        () => isHeard(id),
      );
      // The last answer may have been lost before it was saved.
      withdraw();
      return (draft) => {
        senders.set(id, one);
        if (!draft) withdraw();
        one.write(draft);
      };
    },
    hear(id, onDraft) {
      const receiver = draftReceiver((isNew) => send({ id, from, isNew }), onDraft);
      receivers.set(id, receiver);
      return () => {
        receivers.delete(id);
        receiver.close();
      };
    },
  };
}

type DraftSender = { write: OnDraft; restart: () => void };
type SentPart = Omit<Part, 'id' | 'version' | 'from'>;

/** Sends what a draft has grown by, a few times a second, while someone listens. */
function draftSender(send: (part: SentPart) => void, isHeard: () => boolean): DraftSender {
  const lengths = new Map<string, number>();
  let draft: Draft | undefined;
  let timer: NodeJS.Timeout | undefined;

  function sendNext(): void {
    timer = undefined;
    if (!isHeard()) return;
    for (const [field, whole] of Object.entries(draft?.texts ?? {})) {
      const offset = lengths.get(field) ?? 0;
      if (whole.length <= offset) continue;
      const text = whole.slice(offset, offset + MAX_CHARS);
      lengths.set(field, offset + text.length);
      send({ intent: draft?.intent ?? '', field, offset, text });
      timer = setTimeout(sendNext, SEND_EVERY_MS);
      return;
    }
  }

  return {
    write(next) {
      draft = next;
      if (!next) lengths.clear();
      if (!timer) sendNext();
    },
    restart() {
      lengths.clear();
      if (!timer) sendNext();
    },
  };
}

type DraftReceiver = {
  take: (message: Part | z.infer<typeof Withdrawal>) => void;
  close: () => void;
};

/** Puts the parts of drafts together. Asks for the start if it is missing. */
function draftReceiver(
  announce: (isNew: boolean) => void,
  onDraft: (draft: SharedDraft | undefined) => void,
): DraftReceiver {
  let draft: SharedDraft | undefined;
  let silence: NodeJS.Timeout | undefined;
  const timer = setInterval(() => announce(false), ANNOUNCE_EVERY_MS);
  timer.unref();
  announce(true);

  function withdraw(): void {
    if (draft) onDraft(undefined);
    draft = undefined;
  }

  return {
    take(message) {
      if (isOutdated(message, draft)) return;
      clearTimeout(silence);
      if ('isWithdrawn' in message) return withdraw();
      const { from, version, intent, field, offset, text } = message;
      if (draft?.from !== from || draft.version !== version) draft = undefined;
      const before = draft?.texts[field] ?? '';
      if (offset > before.length) return announce(true);
      const texts = { ...draft?.texts, [field]: before.slice(0, offset) + text };
      draft = { version, from, intent, texts };
      silence = setTimeout(withdraw, SILENT_MS);
      silence.unref();
      onDraft(draft);
    },
    close() {
      clearInterval(timer);
      clearTimeout(silence);
    },
  };
}

/** Whether a message is about an earlier draft, or one of a process that began before. */
function isOutdated(message: Parameters<DraftReceiver['take']>[0], draft?: SharedDraft): boolean {
  if (!draft) return false;
  const isSameProcess = message.from === draft.from;
  if ('isWithdrawn' in message) return !isSameProcess;
  if (message.version !== draft.version) return message.version < draft.version;
  return !isSameProcess && message.offset > 0;
}
