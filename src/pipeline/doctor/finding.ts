/** What one check found: `what` stands alone, `about` says where, why, or what to do. */
export type Finding = {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly what: string;
  readonly about?: string;
};

/** Something that is as it should be. */
export const ok = (what: string): Finding => ({ level: 'ok', what });

/** Something to know that breaks nothing yet. */
export const warn = (what: string, about: string): Finding => ({ level: 'warn', what, about });

/** Something that is broken. */
export const fail = (what: string, about: string): Finding => ({ level: 'fail', what, about });
