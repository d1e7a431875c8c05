import { describe, expect, it } from 'vitest';
import { mergeTexts } from '../../src/io/merge-texts.ts';
import {
  type ChangeRequest,
  requestNothing,
  requestUpdate,
} from '../../src/pipeline/resolve/change-request.ts';
import { requestAdd } from '../../src/pipeline/resolve/request-add.ts';
import { requestRemove } from '../../src/pipeline/resolve/request-remove.ts';
import { installedWiring, resolveChange } from '../../src/pipeline/resolve/resolve-change.ts';
import { decide } from '../../src/pipeline/decide/decide.ts';
import { planChanges } from '../../src/pipeline/plan/plan.ts';
import { writesOf } from '../../src/pipeline/plan/writes.ts';
import type { Project } from '../../src/pipeline/decide/project-state.ts';
import { noTools, nothing } from '../support/pipeline/fixtures.ts';
import { after } from '../support/pipeline/in-memory.ts';
import { components, newsIn, openOurs, renderChange } from '../support/registry/package.ts';

type Base = Parameters<typeof requestAdd>[0];

const bare: Project = {
  ...nothing,
  disk: new Map([
    ['package.json', '{\n  "name": "mine",\n  "files": [\n    "dist"\n  ]\n}\n'],
    ['.gitignore', 'dist'],
  ]),
};
/** What a project is after a command. */
async function run(project: Project, wishing: (opened: Base) => ChangeRequest): Promise<Project> {
  const opened = openOurs(project.lock);
  const wants = await renderChange(wishing(opened), opened);
  const made = planChanges(
    wants,
    await decide(wants, project, { ...noTools, merge: mergeTexts }),
    project,
  );
  expect(made.changes.filter(({ kind }) => kind === 'conflict')).toEqual([]);
  return after(made, project);
}
const add = (project: Project, ...names: readonly string[]) =>
  run(project, (one) => requestAdd(one, names, false, new Set()));
const update = (project: Project) => run(project, (one) => requestUpdate(one, [], new Set()));
const remove = (project: Project, ...names: readonly string[]) =>
  run(project, (one) => requestRemove(one, names));
const shown = ({ disk, bases }: Project) => [
  Object.fromEntries(disk),
  [...bases.keys()].toSorted(),
];

describe.each(components.map(({ name }) => name))('%s', async (name) => {
  const added = await add(bare, name);

  it('once added, is wired as the lock says', () => {
    const state = openOurs(added.lock);
    const { wiring } = resolveChange(requestNothing(state), state);
    expect(added.lock && installedWiring(added.lock)).toEqual(wiring);
  });

  it('once added, has nothing to be updated, and nothing to be added again', async () => {
    for (const wish of [
      requestUpdate,
      (one: Base) => requestAdd(one, [name], false, new Set()),
    ] as const) {
      const opened = openOurs(added.lock);
      const wants = await renderChange(wish(opened, [], new Set()), opened);
      const made = planChanges(
        wants,
        await decide(wants, added, { ...noTools, merge: mergeTexts }),
        added,
      );
      expect(writesOf(made, added).map(({ path }) => path)).toEqual([]);
    }
  });

  it('added and removed leaves a repo byte for byte as it was', async () => {
    expect(shown(await remove(added, name))).toEqual(shown(bare));
  });

  it('added and removed leaves an agent byte for byte as it was', async () => {
    const agent = await add(bare, 'agent');
    if (agent.lock && name in agent.lock.components) return;
    expect(shown(await remove(await add(agent, name), name))).toEqual(shown(agent));
  });
});

it('a whole agent with all there is goes without a trace', async () => {
  const names = components.map(({ name }) => name);
  expect(shown(await remove(await add(bare, ...names), ...names))).toEqual(shown(bare));
});

it('one after another, all there is comes to what it is at once', { timeout: 60_000 }, async () => {
  const names = components.map(({ name }) => name);
  let one = bare;
  for (const name of names) one = await add(one, name);
  expect(one.disk.get('src/agent/tools.ts')).toBe(
    (await add(bare, ...names)).disk.get('src/agent/tools.ts'),
  );
});

it('what is here has no news', async () => {
  expect(await newsIn(openOurs((await add(bare, 'agent')).lock))).toEqual(new Set());
});

it('a component with another hash than its registry has is the only one with news', async () => {
  const { lock } = await add(bare, 'agent');
  const loop = lock?.components['loop'];
  if (!lock || !loop) throw new Error('loop should be installed.');
  const older = { ...lock.components, loop: { ...loop, hash: '0'.repeat(64) } };
  expect(await newsIn(openOurs({ ...lock, components: older }))).toEqual(new Set(['loop']));
});

it('an edit outlives an update', async () => {
  const added = await add(bare, 'agent');
  const path = 'src/agent/loop.ts';
  const mine = {
    ...added,
    disk: new Map([...added.disk, [path, `// Mine.\n${added.disk.get(path) ?? ''}`]]),
  };
  expect(shown(await update(mine))).toEqual(shown(mine));
});
