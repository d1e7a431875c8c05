/** An answer of the Web API. */
export type Reply = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
};

export type Call = {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** ms since 1970. */
  readonly at: number;
};

/** `perform` does what the method does. Without a reply, the connection is left as it is. */
export type Exchange = {
  readonly call: Call;
  perform: () => Reply;
  drop: () => void;
};

/** How one call goes, well or badly. */
export type Fault = (exchange: Exchange) => Promise<Reply | undefined> | Reply | undefined;

/** Refuses with an error of Slack, such as `token_revoked`. */
export const refuse =
  (error: string): Fault =>
  () => ({ body: { ok: false, error } });

export const rateLimit =
  (seconds: number): Fault =>
  () => ({
    status: 429,
    headers: { 'retry-after': String(seconds) },
    body: { ok: false, error: 'ratelimited' },
  });

export const breakDown =
  (status = 503): Fault =>
  () => ({ status, body: { ok: false, error: 'service_unavailable' } });

/** Takes the request, does nothing, and never answers. */
export const hang: Fault = () => undefined;

/** Closes the connection without doing anything. */
export const resetBefore: Fault = ({ drop }) => void drop();

/** Does it, and closes the connection without an answer: the outcome is unknown to the caller. */
export const resetAfter: Fault = ({ perform, drop }) => {
  perform();
  drop();
  return undefined;
};

/** Runs `act` before it does anything, and answers nothing. */
export const insteadRun =
  (act: () => Promise<unknown>): Fault =>
  async () =>
    void (await act());

/** Does it, runs `act`, and then answers. */
export const thenRun =
  (act: () => Promise<unknown>): Fault =>
  async ({ perform }) => {
    const reply = perform();
    await act();
    return reply;
  };

/** The faults that are to come, by method; `*` is any method. */
export function planFaults() {
  const next = new Map<string, Fault[]>();
  const lasting = new Map<string, Fault>();
  return {
    /** The next calls of a method go so, one after the other. */
    once(method: string, ...faults: readonly Fault[]): void {
      next.set(method, [...(next.get(method) ?? []), ...faults]);
    },
    /** All calls of a method go so, until `clear`. */
    always(method: string, fault: Fault): void {
      lasting.set(method, fault);
    },
    clear(): void {
      next.clear();
      lasting.clear();
    },
    take: (method: string): Fault | undefined =>
      next.get(method)?.shift() ??
      next.get('*')?.shift() ??
      lasting.get(method) ??
      lasting.get('*'),
  };
}
