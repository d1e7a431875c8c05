import { agent as wired } from '../agent.ts';
import { agentFor } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import type { Usage } from '../core/event.ts';
import type { Model } from '../core/model.ts';
import { redact } from '../core/sanitize.ts';
import { plain } from '../screen/text.ts';
import { assertCheckable, checkModel, helpNeeded, totalOf } from './check-model.ts';
import type { CheckResult } from './check-model.ts';
import { CASES } from './cases.ts';

const USAGE = 'Usage: check-model [<name in models>] [--json]';

/** The agent that gets the messages that name none. No model takes the steps of a pipeline. */
const own = agentFor(wired, { id: 'check-model', events: [] });
const agent = own.model.scripted ? wired : own;

/** Checks a model of the agent, prints the results, and returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const isJson = argv.includes('--json');
  const [name, ...others] = argv.filter((word) => word !== '--json');
  if (name?.startsWith('-') || others.length > 0) {
    throw new Refused(USAGE);
  }
  const model = findModel(name);
  assertCheckable(model);
  if (!isJson) print(`  Asking the model ${CASES} times`, '');
  const results: CheckResult[] = [];
  for await (const result of checkModel({ ...agent, model })) {
    results.push(result);
    if (!isJson) print(...linesFor(result));
  }
  if (isJson) print(JSON.stringify({ results, ...totalOf(results) }, undefined, 2));
  else print('', ...summaryOf(results).map((line) => `  ${line}`));
  return results.every(({ passed }) => passed) ? 0 : 1;
}

function findModel(name: string | undefined): Model {
  if (name === undefined) return agent.model;
  const models = new Map(Object.entries(agent.models ?? {}));
  const model = models.get(name);
  if (model) return model;
  throw new Refused(`agent.ts has no model ${name} in its models.`);
}

function linesFor({ what, passed, why = '', ms, usage }: CheckResult): readonly string[] {
  const columns = [
    plain(what).padEnd(34),
    `${ms} ms`.padStart(9),
    formatTokens(usage).padStart(15),
    formatUsd(usage).padStart(10),
  ];
  const row = columns.join('').trimEnd();
  if (passed) return [`  pass  ${row}`];
  return [`  FAIL  ${row}`, `        ${plain(oneLine(why))}`];
}

function summaryOf(results: readonly CheckResult[]): readonly string[] {
  const { ms, usage } = totalOf(results);
  const passed = results.filter((result) => result.passed).length;
  const parts = [`${passed} of ${CASES} passed`];
  if (results.length < CASES) {
    parts.push(`${CASES - results.length} not asked`);
  }
  parts.push(`${(ms / 1_000).toFixed(1)} s`);
  if (usage) {
    parts.push(formatTokens(usage), formatUsd(usage) || 'no price known');
  }
  const model = usage?.model;
  const summary = parts.join(', ');
  const total = model ? `${plain(model)}: ${summary}` : summary;
  const help = helpNeeded(results);
  return help ? [total, help] : [total];
}

function formatTokens(usage: Usage | undefined): string {
  if (!usage) return '';
  const tokens = usage.input_tokens + usage.output_tokens;
  return `${tokens.toLocaleString('en')} tokens`;
}

function formatUsd(usage: Usage | undefined): string {
  if (usage?.usd === undefined) return '';
  return `$${usage.usd.toFixed(4)}`;
}

function print(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** Prints an error. Returns the exit code. */
function fail(error: unknown): number {
  process.stderr.write(`  ${plain(redact(describe(error)))}\n`);
  return 1;
}

/** The stack is for errors in the agent's own code. */
function describe(error: unknown): string {
  if (error instanceof Refused) return error.message;
  const stack = error instanceof Error ? error.stack : undefined;
  return stack || oneLine(error);
}

// Without a reader, or on a full disk, further calls would be paid for nothing.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 1 : fail(oneLine(error)));
});

// Exits once everything is printed, even if a store keeps a connection open.
void main(process.argv.slice(2))
  .catch(fail)
  .then((code) => process.stdout.write('', () => process.exit(code)));
