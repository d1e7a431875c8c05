import { agent } from '../agent.ts';
import { oneLine } from '../core/errors.ts';
import { plain } from '../screen/text.ts';
import { checkModel, notReady, total, type Result } from './check-model.ts';
import type { Usage } from '../core/event.ts';

/** Asks the agent's model ten times, prints what came of it, and gives the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const isJson = argv.includes('--json');
  const [name, ...others] = argv.filter((word) => word !== '--json');
  if (name?.startsWith('-') || others.length > 0)
    return fail('Usage: npm run check:model -- [<name in models>] [--json]');
  const model =
    name === undefined
      ? agent.model
      : Object.entries(agent.models ?? {}).find(([key]) => key === name)?.[1];
  const problem = model ? notReady(model) : `agent.ts has no model ${name} in its models.`;
  if (!model || problem !== undefined) return fail(problem ?? '');
  const results: Result[] = [];
  for await (const result of checkModel({ ...agent, model })) {
    results.push(result);
    if (!isJson) print(...lines(result));
  }
  if (isJson) print(JSON.stringify({ results, ...total(results) }, undefined, 2));
  else print('', `  ${summary(results)}`);
  return results.every(({ passed }) => passed) ? 0 : 1;
}

function lines({ what, passed, why = '', ms, usage }: Result): readonly string[] {
  const figures = `${ms} ms`.padStart(9) + tokens(usage).padStart(15) + dollars(usage).padStart(10);
  const line = `  ${passed ? 'pass' : 'FAIL'}  ${plain(what).padEnd(34)}${figures}`.trimEnd();
  return passed ? [line] : [line, `        ${plain(oneLine(why))}`];
}

function summary(results: readonly Result[]): string {
  const { ms, usage } = total(results);
  const passed = `${results.filter((result) => result.passed).length} of 10 passed`;
  const unasked = results.length < 10 ? `, ${10 - results.length} not asked` : '';
  const paid = usage ? `, ${tokens(usage)}, ${dollars(usage) || 'no price known'}` : '';
  return `${usage?.model ? `${plain(usage.model)}: ` : ''}${passed}${unasked}, ${(ms / 1_000).toFixed(1)} s${paid}`;
}

const tokens = (usage?: Usage): string =>
  usage ? `${(usage.input_tokens + usage.output_tokens).toLocaleString('en')} tokens` : '';

const dollars = ({ usd }: Partial<Usage> = {}): string =>
  usd === undefined ? '' : `$${usd.toFixed(4)}`;

const print = (...texts: readonly string[]): void =>
  void process.stdout.write(texts.map((text) => `${text}\n`).join(''));

function fail(text: string): number {
  process.stderr.write(`  ${plain(text)}\n`);
  return 1;
}

const failed = (error: unknown): number =>
  fail(error instanceof Error && error.stack ? error.stack : oneLine(error));

/** Nobody reads on, or the disk is full: what is asked from now on would be paid for nothing. */
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? 1 : fail(oneLine(error))),
);

/** Ends the process, even if a store keeps a connection open, once everything is printed. */
void main(process.argv.slice(2))
  .catch(failed)
  .then((code) => process.stdout.write('', () => process.exit(code)));
