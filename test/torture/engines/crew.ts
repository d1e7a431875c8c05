import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { linesOf } from '../agent/lines.ts';
import type { Death, Point } from './points.ts';
import type { FromWorker, Request, WorkerOrders } from './worker.ts';

/** What a process is told that is not the same for all. */
export type Own = Pick<WorkerOrders, 'death' | 'atOnce' | 'seed'>;

type Member = {
  readonly child: ChildProcess;
  readonly own: Own;
  readonly waiting: Map<number, (told: FromWorker | undefined) => void>;
  isReady: boolean;
  /** Why it ends. */
  end: 'killed' | 'stopping' | Point | undefined;
  said: string;
};

/** The processes of a storm, in which one that has ended is replaced. */
export type Crew = {
  /** Whether all processes are ready. */
  isWhole(): boolean;
  /** Ends one by SIGKILL that is not to die by itself. */
  kill(pick: number): boolean;
  /** Ends one by SIGTERM, and has one less from now on. */
  scaleIn(pick: number): boolean;
  scaleOut(): boolean;
  /** Has one make a request. Undefined if it has ended, or takes too long. */
  ask(pick: number, request: Request): Promise<FromWorker | undefined>;
  /** The points at which processes have killed themselves. */
  readonly passed: readonly Point[];
  /** How many there are that will kill themselves. */
  armed(): number;
  readonly complaints: string[];
  /** Ends all by SIGTERM. */
  close(): Promise<void>;
};

type Settings = {
  readonly command: readonly string[];
  readonly orders: Omit<WorkerOrders, keyof Own>;
  readonly size: number;
  readonly deaths: readonly Death[];
  /** Whether some processes only take requests. */
  readonly hasServers: boolean;
  readonly seed: number;
};

const AT_ONCE = 4;
/** One process of so many only takes requests. */
const SERVER_SHARE = 8;
/** ms for the answer to a request, and for a process to end in order. */
const [ANSWER_MS, STOP_MS] = [10_000, 30_000];
/** ms after its start when a process that is to die while it stops is told to. */
const STOPS_AFTER_MS = 3_000;
const stopPoints: readonly Point[] = ['begins to stop', 'has stopped'];

export function openCrew({ command, orders, size, deaths, hasServers, seed }: Settings): Crew {
  const members = new Set<Member>();
  const left = [...deaths];
  const passed: Point[] = [];
  const complaints: string[] = [];
  const stops: Promise<void>[] = [];
  let [target, started, asked] = [size, 0, 0];
  const killAll = () => members.forEach(({ child }) => child.kill('SIGKILL'));
  process.once('exit', killAll);

  const armed = () => [...members].filter(({ own }) => own.death).length;
  const idle = () => [...members].filter(({ isReady, end }) => isReady && end === undefined);
  /** Those that do not have to live until their own point. */
  const free = () => idle().filter(({ own }) => !own.death);

  function nextOwn(): Own {
    const isServer = hasServers && started % SERVER_SHARE === SERVER_SHARE - 1;
    const death = !isServer && armed() < size / 2 ? left.shift() : undefined;
    return { death, atOnce: isServer ? 0 : AT_ONCE, seed: seed + started++ };
  }

  function fill(): void {
    while (members.size < target) add(nextOwn());
  }

  function add(own: Own): void {
    const args = [...command, JSON.stringify({ ...orders, ...own })];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const member: Member = {
      child,
      own,
      waiting: new Map(),
      isReady: false,
      end: undefined,
      said: '',
    };
    members.add(member);
    child.stderr.on('data', (text: Buffer) => (member.said += text.toString()));
    // It may be dead before it has read everything.
    child.stdin.on('error', () => undefined);
    const heard = listen(member, linesOf(child.stdout));
    // Its last words say why it ends.
    child.on('close', (code) => void heard.then(() => ended(member, code)));
  }

  async function listen(member: Member, lines: AsyncIterable<string>): Promise<void> {
    for await (const line of lines) hear(member, JSON.parse(line));
  }

  function hear(member: Member, told: FromWorker): void {
    if ('n' in told) member.waiting.get(told.n)?.(told);
    if ('stray' in told) complaints.push(`nobody awaited a promise: ${told.stray}`);
    if ('died' in told) member.end = told.died;
    if (!('ready' in told)) return;
    member.isReady = true;
    const { death } = member.own;
    if (death && stopPoints.includes(death.point))
      setTimeout(() => member.child.kill('SIGTERM'), STOPS_AFTER_MS).unref();
  }

  function ended(member: Member, code: number | null): void {
    members.delete(member);
    for (const resolve of member.waiting.values()) resolve(undefined);
    const { end, own, said, isReady } = member;
    if (end !== undefined && end !== 'killed' && end !== 'stopping') passed.push(end);
    else if (own.death && target > 0) left.push(own.death);
    if (end === undefined || (end === 'stopping' && isReady && code !== 0))
      complaints.push(`a process ${end ?? ''} ended with ${code}: ${said.slice(0, 2_000)}`);
    fill();
  }

  /** A process that did not begin yet has nothing to stop. */
  async function stop(member: Member): Promise<void> {
    member.end = 'stopping';
    const timer = setTimeout(() => {
      complaints.push(`a process did not stop within ${STOP_MS} ms`);
      member.end = 'killed';
      member.child.kill('SIGKILL');
    }, STOP_MS);
    const isOver = once(member.child, 'close');
    member.child.kill('SIGTERM');
    await isOver;
    clearTimeout(timer);
  }

  fill();
  return {
    passed,
    complaints,
    armed,
    isWhole: () => idle().length === target,
    kill(pick) {
      const member = chosen(free(), pick);
      if (!member) return false;
      member.end = 'killed';
      return member.child.kill('SIGKILL');
    },
    scaleIn(pick) {
      const member = chosen(free(), pick);
      if (!member) return false;
      target -= 1;
      stops.push(stop(member));
      return true;
    },
    scaleOut() {
      target += 1;
      fill();
      return true;
    },
    async ask(pick, request) {
      const member = chosen(idle(), pick);
      if (!member) return undefined;
      const n = asked++;
      return await new Promise((resolve) => {
        const timer = setTimeout(() => resolve(undefined), ANSWER_MS);
        member.waiting.set(n, (told) => {
          clearTimeout(timer);
          member.waiting.delete(n);
          resolve(told);
        });
        member.child.stdin?.write(`${JSON.stringify({ n, request })}\n`);
      });
    },
    async close() {
      target = 0;
      const all = [...members].filter(({ end }) => end === undefined);
      // Those that are to die meanwhile may do so.
      await Promise.all([...stops, ...all.map(stop)]);
      killAll();
      process.off('exit', killAll);
    },
  };
}

const chosen = (members: readonly Member[], pick: number): Member | undefined =>
  members[pick % Math.max(members.length, 1)];
