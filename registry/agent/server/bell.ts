/** Rung from anywhere; one waits for it at a time. A ring that comes after `wait` was called is not missed. */
type Bell = {
  ring(): void;
  /** Resolves at the next ring, or after `ms`. */
  wait(ms: number): Promise<void>;
};

export function newBell(): Bell {
  let wake = () => {};
  return {
    ring: () => wake(),
    async wait(ms) {
      wake();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
