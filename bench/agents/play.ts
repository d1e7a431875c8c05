/** Plays the job of an agent: the model asks for a tool `steps` times, then is done. Resolves to how often the tool ran. */
export type Job = (steps: number) => Promise<number>;

/** CPU ms a step, by the number of steps in a thread. */
export type Played = { readonly cpu: Readonly<Record<string, number>> };

/** What the tool of every agent answers. */
export const answer = { rows: 'x'.repeat(100) };

const fewestSteps = 2_000;
const warmupSteps = 1_000;

/** What an agent's process does: with `start` one step, and a line; with lengths of threads it measures, and prints JSON. */
export async function play(job: Job): Promise<void> {
  const [first, ...others] = process.argv.slice(2);
  if (first === 'start') {
    await check(job, 1);
    console.log('done');
    return;
  }
  for (let warm = 0; warm < warmupSteps / 10; warm++) await check(job, 10);
  const cpu: Record<string, number> = {};
  for (const steps of [first, ...others].map(Number)) cpu[steps] = await cpuPerStep(job, steps);
  console.log(JSON.stringify({ cpu } satisfies Played));
}

async function cpuPerStep(job: Job, steps: number): Promise<number> {
  const threads = Math.ceil(fewestSteps / steps);
  const before = process.cpuUsage();
  for (let thread = 0; thread < threads; thread++) await check(job, steps);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (threads * steps);
}

/** @throws if the tool did not run as often as it should: then what was measured is another job */
async function check(job: Job, steps: number): Promise<void> {
  const ran = await job(steps);
  if (ran !== steps) throw new Error(`The tool should have run ${steps} times, not ${ran}.`);
}
