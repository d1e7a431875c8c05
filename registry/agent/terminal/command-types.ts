import type { Connect, Terminal } from './backend.ts';

/** An entry of commands.ts: a command, or one with a flag of its own. */
export type Command = {
  /** As typed: `<thread>` and `"text"` are required, `["text"]` is not. */
  readonly usage: string;
  /** A line of help. */
  readonly about: string;
  /** Whether `--json` goes with it. */
  readonly json?: true;
  /** Whether its output is meant for a file or another program. */
  readonly piped?: true;
  run(terminal: Terminal, given: Arguments): Promise<void>;
};

/** The arguments of a command. What its usage does not have is empty. */
export type Arguments = {
  /** A thread or a call. */
  readonly id: string;
  readonly text: string;
  /** Print one JSON document and nothing else. */
  readonly json: boolean;
};

/** The flag `--url`, which connects commands to an agent on a server. */
export type ServerFlag = {
  readonly usage: string;
  readonly about: string;
  /** `source` names the flag or variable with the url. @throws Refused */
  connect(url: string, source: string): Connect;
};

/** The entries of commands.ts, by any name. */
export type Commands = Readonly<Record<string, Command | ServerFlag>>;

export const serverFlagOf = (commands: Commands): ServerFlag | undefined =>
  Object.values(commands).find((entry) => 'connect' in entry);
