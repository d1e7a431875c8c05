import type { RunnerHost } from '../core/agent.ts';
import { WorkerStopping } from '../worker/releasing-store.ts';

const EVERY_MS = 60_000;

/** Returns a host that logs once a minute how many threads it has advanced, if there were any. */
export function logRuns(host: RunnerHost): RunnerHost {
  let [advanced, failed, running, ms] = [0, 0, 0, 0];
  const timer = setInterval(() => {
    if (advanced + failed + running === 0) return;
    const average = Math.round(ms / Math.max(advanced + failed, 1));
    const counts = `${advanced} runs ended after ${average} ms on average, ${failed} failed`;
    host.log({ level: 'info', message: `In a minute, ${counts}, ${running} go on` });
    [advanced, failed, ms] = [0, 0, 0];
  }, EVERY_MS);
  timer.unref();
  host.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  const advance: RunnerHost['advance'] = async (...run) => {
    const startedAt = performance.now();
    running += 1;
    try {
      await host.advance(...run);
      advanced += 1;
    } catch (error) {
      if (error instanceof WorkerStopping) advanced += 1;
      else failed += 1;
      throw error;
    } finally {
      running -= 1;
      ms += performance.now() - startedAt;
    }
  };
  return { ...host, advance };
}
