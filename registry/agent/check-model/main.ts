import { parseArgs } from 'node:util';
import { agent as wired } from '../agent.ts';
import type { Agent } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import type { Usage } from '../core/event.ts';
import type { Model } from '../core/model.ts';
import { redact } from '../core/sanitize.ts';
import { plain } from '../screen/text.ts';
import { agentToCheck, otherAgents } from './agents.ts';
import { assertCheckable, checkModel, helpNeeded, totalOf } from './check-model.ts';
import type { CheckResult } from './check-model.ts';
import { CASES } from './cases.ts';

const USAGE = 'Usage: check-model [<name in models>] [--agent <name in agents>] [--json]';

type Asked = {
  /** A name in `models`. */
  readonly model?: string | undefined;
  /** A name in `agents`. */
  readonly name?: string | undefined;
  readonly isJson: boolean;
};

/** @throws Refused for other arguments */
function readArguments(args: readonly string[]): Asked {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        agent: { type: 'string' },
        json: { type: 'boolean' },
      },
      allowPositionals: true,
    });
    if (positionals.length > 1) throw new Refused(USAGE);
    const [model] = positionals;
    return {
      model,
      name: values.agent,
      isJson: values.json === true,
    };
  } catch {
    throw new Refused(USAGE);
  }
}

/** Checks a model of an agent, prints the results, and returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const asked = readArguments(argv);
  const { name, isJson } = asked;
  const agent = agentToCheck(wired, name);
  const model = findModel(agent, asked.model);
  assertCheckable(model);
  if (!isJson) print(`  Asking the model ${CASES} times`, '');
  const results: CheckResult[] = [];
  for await (const result of checkModel({
    ...agent,
    model,
  })) {
    results.push(result);
    if (!isJson) print(...linesFor(result));
  }
  if (isJson) print(JSON.stringify({ results, ...totalOf(results) }, undefined, 2));
  else print('', ...[...summaryOf(results), ...hintFor(name)].map((line) => `  ${line}`));
  return results.every(({ passed }) => passed) ? 0 : 1;
}

/** Says which agents have prompts of their own that were not checked. */
function hintFor(name: string | undefined): readonly string[] {
  const others = otherAgents(wired);
  if (name !== undefined || others.length === 0) return [];
  const flags = others.map((other) => `--agent ${other}`);
  return [`Not checked: ${flags.join(', ')}`];
}

function findModel(agent: Agent, name: string | undefined): Model {
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
