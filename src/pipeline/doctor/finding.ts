/** The result of one check. `what` stands alone; `about` says where, why, or what to do. */
export type Finding = {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly what: string;
  readonly about?: string;
};

/** Reports a check that passed. */
export const ok = (what: string): Finding => ({ level: 'ok', what });

/** Reports something to know that breaks nothing yet. */
export const warn = (what: string, about: string): Finding => ({ level: 'warn', what, about });

/** Reports something broken. */
export const fail = (what: string, about: string): Finding => ({ level: 'fail', what, about });
