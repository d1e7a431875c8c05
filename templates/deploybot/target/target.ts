import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { oneLine } from '../core/errors.ts';

/**
 * A simulated target on this machine, with a CI. Replace the body of each exported function by a
 * call of yours, and keep its signature: the rest of the project knows only these.
 */
export const services = ['backend', 'frontend'] as const;
export type Service = (typeof services)[number];
/** The tag that each service runs. */
export type Running = Readonly<Record<Service, string>>;

export type DeployRequest = {
  /** A target that gets the same key again deploys nothing, and returns what it has. */
  readonly key: string;
  readonly service: Service;
  readonly tag: string;
};
export type Deployment = DeployRequest & {
  readonly startedAt: number;
  readonly endsAt: number;
  /** Why the target refused it. */
  readonly error?: string;
};
/** Where the target says how a deployment ended. */
export type Report = { readonly url: string; readonly token: string };

/** The last digit of a pull request says what goes wrong with it: you can play each one again. */
const failing = { check: '3', deploys: '4', tests: '5' };
const REFUSALS = 3;
const before: Running = { backend: '1.40.0', frontend: '1.40.0' };

/** Runs the tests of a pull request. */
export async function runTests(pull_request: number) {
  await sleep(deployMs() / 10);
  if (String(pull_request).endsWith(failing.tests)) return { passed: 210, failed: 2 };
  return { passed: 212, failed: 0 };
}

/** Lists the tags that can be deployed, newest first. */
export async function readTags(pull_request?: number) {
  await sleep(deployMs() / 10);
  const numbers = [pull_request, 41, 40].filter((number) => number !== undefined);
  return numbers.map((number) => ({ tag: `1.${number}.0`, pull_request: number }));
}

/** Returns what runs now. */
export function whatRuns(): Promise<Running> {
  const over = readDeployments().filter(({ error, endsAt }) => !error && endsAt <= Date.now());
  const latest = over.map(({ service, tag }) => ({ [service]: tag }));
  return Promise.resolve(Object.assign({ ...before }, ...latest));
}

/** Starts a deployment, or finds the one with this key. Its end is reported, if you say where. */
export async function startDeployment(request: DeployRequest, report?: Report) {
  await sleep(deployMs() / 30);
  const found = readDeployments().find(({ key }) => key === request.key);
  const deployment = found ?? saveDeployment(request);
  // A report that is lost costs time only: the agent asks again.
  if (report) sendReport(deployment, report).catch(() => undefined);
  return deployment;
}

/** Resolves at the end of a deployment. @throws Error if it failed */
export async function endOf(deployment: Deployment, signal?: AbortSignal) {
  const { service, tag, endsAt, error } = deployment;
  await sleep(Math.max(0, endsAt - Date.now()), undefined, { signal });
  if (error) throw new Error(`${service} ${tag}: ${error}`);
  return { service, tag, deployed: true };
}

/** Tests production from end to end. Returns the names of the tests that failed. */
export async function checkProduction(): Promise<readonly string[]> {
  await sleep(deployMs() / 10);
  const numbers = Object.values(await whatRuns()).map(numberOf);
  return numbers.some((number) => number.endsWith(failing.check)) ? ['checkout'] : [];
}

/** Returns the latest lines that production logged. */
export async function readLogs(): Promise<readonly string[]> {
  const tests = await checkProduction();
  return tests.map((test) => `POST /${test} 500: column "total" does not exist`);
}

/** Appends one line for each deployment that takes place: count them after a crash. */
function saveDeployment(request: DeployRequest): Deployment {
  const startedAt = Date.now();
  const deployment = { ...request, startedAt, endsAt: startedAt + deployMs() };
  const refused = readDeployments().filter(({ tag, error }) => error && tag === request.tag);
  const isRefused = numberOf(request.tag).endsWith(failing.deploys) && refused.length < REFUSALS;
  const refusal = { ...deployment, endsAt: startedAt, error: 'the target is full' };
  const saved = isRefused ? refusal : deployment;
  mkdirSync(dirname(stateFile()), { recursive: true });
  appendFileSync(stateFile(), `${JSON.stringify(saved)}\n`);
  return saved;
}

/** A real target does this by itself. */
async function sendReport(deployment: Deployment, { url, token }: Report): Promise<void> {
  const outcome = await endOf(deployment).then(
    (result) => ({ result }),
    (error: unknown) => ({ error: oneLine(error) }),
  );
  await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ call_id: deployment.key, ...outcome }),
  });
}

const numberOf = (tag: string) => tag.split('.')[1] ?? '';
const deployMs = () => Number(process.env['TARGET_MS'] || '1500');
const stateFile = () => process.env['TARGET_FILE'] || '.agent/target.jsonl';

function readDeployments(): readonly Deployment[] {
  if (!existsSync(stateFile())) return [];
  const lines = readFileSync(stateFile(), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line): Deployment => JSON.parse(line));
}
