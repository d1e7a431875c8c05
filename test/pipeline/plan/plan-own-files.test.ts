import { describe, expect, it } from 'vitest';
import { hash } from '../../../src/pipeline/text/hash.ts';
import { planOwnFiles } from '../../../src/pipeline/plan/plan-own-files.ts';
import { ownPaths } from '../../../src/pipeline/lock/own-paths.ts';
import type { Project } from '../../../src/pipeline/decide/project-state.ts';
import { installed, lock, locked, nothing } from '../../support/pipeline/fixtures.ts';

const config = { dir: 'src/agent', registries: {} };
const some = lock({ components: { loop: installed() }, files: { 'loop.ts': locked('x') } });
const kinds = (...given: Parameters<typeof planOwnFiles>) =>
  Object.fromEntries(planOwnFiles(...given).map(({ path, kind }) => [path, kind]));
/** The project after the changes for a lock. */
function there(): Project {
  const texts = planOwnFiles(some, config, ['x'], nothing).flatMap((one) =>
    'text' in one ? [[one.path, one.text ?? ''] as const] : [],
  );
  return { ...nothing, lock: some, disk: new Map(texts), bases: new Map([[hash('x'), 'x']]) };
}

describe('our own files', () => {
  it('are as they were where the lock is', () => {
    expect(new Set(Object.values(kinds(some, config, ['x'], there())))).toEqual(
      new Set(['unchanged']),
    );
  });

  it('are as they were where another version of the tool alone has run', () => {
    expect(kinds({ ...some, tool: '0.2.0' }, config, ['x'], there())[ownPaths.lock]).toBe(
      'unchanged',
    );
  });

  it('say which version wrote them where something else is new', () => {
    const newer = { ...some, tool: '0.2.0', tests: false };
    const text = planOwnFiles(newer, config, ['x'], there()).find(
      ({ path }) => path === ownPaths.lock,
    );
    expect(text).toMatchObject({
      kind: 'take-theirs',
      text: expect.stringContaining('"tool": "0.2.0"'),
    });
  });

  it('that were deleted or damaged come back', () => {
    const disk = new Map([...there().disk, [ownPaths.attributes, 'mine']]);
    disk.delete(ownPaths.schema);
    expect(kinds(some, config, [], { ...there(), disk })).toMatchObject({
      [ownPaths.attributes]: 'take-theirs',
      [ownPaths.schema]: 'create',
    });
  });

  it('but for the configuration are ours: that is the user’s to edit', () => {
    const disk = new Map([...there().disk, [ownPaths.config, '{"dir":"src/agent" }']]);
    expect(kinds(some, config, [], { ...there(), disk })[ownPaths.config]).toBe('unchanged');
  });

  it('go with the last component', () => {
    expect(kinds(lock(), config, [], there())).toEqual({
      [ownPaths.base(hash('x'))]: 'delete',
      [ownPaths.attributes]: 'delete',
      [ownPaths.schema]: 'delete',
      [ownPaths.config]: 'delete',
      [ownPaths.lock]: 'delete',
    });
  });

  it('go with the last component, but for a configuration that was edited', () => {
    const disk = new Map([...there().disk, [ownPaths.config, '{"dir":"src/agent" }']]);
    expect(kinds(lock(), config, [], { ...there(), disk })).not.toHaveProperty([ownPaths.config]);
  });

  it('go with the last component also where the files have carriage returns now', () => {
    const disk = new Map(
      [...there().disk].map(([path, text]) => [path, text.replaceAll('\n', '\r\n')]),
    );
    expect(kinds(lock(), config, [], { ...there(), disk })[ownPaths.config]).toBe('delete');
  });

  it('are as they were where git gave them carriage returns', () => {
    const disk = new Map(
      [...there().disk].map(([path, text]) => [path, text.replaceAll('\n', '\r\n')]),
    );
    expect(new Set(Object.values(kinds(some, config, ['x'], { ...there(), disk })))).toEqual(
      new Set(['unchanged']),
    );
  });
});
