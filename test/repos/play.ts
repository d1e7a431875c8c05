import type { Host } from './host.ts';
import { newFindings, runChecks, type Findings } from './own-checks.ts';
import { runTool, type Env, type Ran } from './shell.ts';
import { differences, treeOf } from './trees.ts';

/** The columns of the table that a problem can belong to. */
export type Step = 'host' | 'add' | 'update' | 'undo' | 'remove';

/** What the steps of one host share. */
export type Play = {
  readonly host: Host;
  /** A registry of the next version. */
  readonly next: string;
  /** The repository, and in it the package that gets the agent. */
  readonly top: string;
  readonly root: string;
  readonly env: Env;
  readonly problems: { readonly step: Step; readonly text: string }[];
};

export const agentFolder = 'src/agent';

export function fail({ problems }: Play, step: Step, texts: readonly string[]): void {
  problems.push(...texts.map((text) => ({ step, text })));
}

/** Runs the tool. An exit code that is not one of these is a problem of the step. */
export async function tool(
  play: Play,
  step: Step,
  args: readonly string[],
  codes: readonly number[] = [0],
): Promise<Ran> {
  const ran = await runTool(args, play.root, play.env);
  if (!codes.includes(ran.code))
    fail(play, step, [
      `${args[0]}: exit ${ran.code}, not ${codes.join(' or ')}: ${briefly(ran.output)}`,
    ]);
  return ran;
}

const shownLines = 12;

/** The last lines of an output. */
export function briefly(output: string): string {
  const lines = output.trim().split('\n');
  const more = lines.length - shownLines;
  return [...(more > 0 ? [`... ${more} lines before`] : []), ...lines.slice(-shownLines)].join(
    '\n',
  );
}

/** Runs the host's own checks. What they report now and did not before is a problem. */
export async function check(
  play: Play,
  step: Step,
  when: string,
  before: Findings,
): Promise<Findings> {
  const { host, root, env } = play;
  const after = await runChecks(host.checks, root, env);
  fail(
    play,
    step,
    newFindings(before, after).map((line) => `${when}: ${line}`),
  );
  return after;
}

/** Expects the files of another moment. */
export async function expectTree(
  play: Play,
  step: Step,
  when: string,
  expected: string,
): Promise<void> {
  const paths = await differences(play.top, expected, await treeOf(play.top));
  fail(
    play,
    step,
    paths.map((path) => `${when}: ${path.replace('\t', ' ')} differs`),
  );
}
