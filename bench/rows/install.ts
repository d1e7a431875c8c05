import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { type PeerAgent, peerAgents } from '../agents/build.ts';
import { atMost, type Figure } from '../figures.ts';
import { type Ground, runProcess } from '../measure.ts';
import { type Installed, installedBy, installedIn, npm } from '../npm.ts';
import { benchFolder } from '../places.ts';
import type { Row } from '../row.ts';
import { freshFolder, tool } from '../tool/project.ts';

const names = Object.keys(peerAgents) as PeerAgent[];

/** What a new project installs, and how long it takes until it speaks. Goes to the registry, or npm's cache. */
export const install: Row = {
  name: 'install',
  about:
    'the starter installed by npm; peers: their package and what it needs; time: once, from a warm cache',
  peers: Object.values(peerAgents).map((peer) => peer.package),
  async measure(ground) {
    const place = freshFolder(join(ground.folder, 'installed'));
    const project = join(place, 'my-agent');
    runProcess(tool(place, 'my-agent', '--yes', '--no-install', '--no-git'), ground);
    npm(project, 'install', '--ignore-scripts', '--no-audit', '--no-fund');
    const whole = installedIn(project);
    npm(project, 'prune', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund');
    const peers = names.map(
      (name) => [name, installedBy(peerAgents[name].package, benchFolder)] as const,
    );
    return [
      ...sizes('runtime dependencies', installedIn(project), Object.fromEntries(peers), {
        packages: 25,
        mb: 30,
      }),
      ...sizes('with dev dependencies', whole, {}, { mb: 150 }),
      await firstEvent(ground),
    ];
  },
};

function sizes(
  what: string,
  ours: Installed,
  peers: Readonly<Record<string, Installed>>,
  limits: Partial<Installed>,
): readonly Figure[] {
  return (['packages', 'mb'] as const).map((key) => ({
    what: key === 'mb' ? what : `${what}: packages`,
    unit: key === 'mb' ? 'MB' : '',
    ours: ours[key],
    peers: Object.fromEntries(
      Object.entries(peers).map(([name, installed]) => [name, installed[key]]),
    ),
    judged:
      limits[key] === undefined ? [] : [{ value: ours[key], of: key, bar: atMost(limits[key]) }],
  }));
}

/** `create` with its installation, then the starter until it prints, with npm's own cache and settings. */
async function firstEvent({ folder }: Ground): Promise<Figure> {
  const place = freshFolder(join(folder, 'first'));
  const began = performance.now();
  const { args } = tool(place, 'my-agent', '--yes', '--no-git');
  const made = spawn(process.execPath, args, { cwd: place, stdio: 'ignore' });
  const [code] = await once(made, 'exit');
  if (code !== 0) throw new Error(`create ended with ${code}`);
  const cwd = join(place, 'my-agent');
  const agent = spawn(process.execPath, ['start.js', 'ship 1.4.2 to staging'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(agent.stdout, 'data');
  const seconds = (performance.now() - began) / 1000;
  agent.stdout.resume();
  if (agent.exitCode === null) await once(agent, 'exit');
  rmSync(place, { recursive: true, force: true });
  const judged = [{ value: seconds, of: 's', bar: atMost(20) }];
  return { what: 'create to the first printed line', unit: 's', ours: seconds, judged };
}
