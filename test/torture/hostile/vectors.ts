import { collidingPaths, hostileManifests } from './hostile-manifests.ts';
import { disguised, harmless, hostilePaths, neverWritten } from './hostile-paths.ts';
import { asFrom, asTarget, asWholeTarget, fileOf, spoil } from './spoil-registry.ts';
import { asDir, asFlag, asJournal, asLocked, asMade, links } from './spoil-repo.ts';
import type { Vector } from './vector.ts';

/** Every vector; `outside` is where absolute paths lead. */
export function vectors(outside: string): readonly Vector[] {
  const [hostile, never] = [hostilePaths(outside), neverWritten(outside)];
  const all = [...hostile, ...disguised, ...harmless];
  const each = (
    name: string,
    prepare: (path: string) => Vector['prepare'],
    refused: readonly string[],
  ) =>
    all.map((path): Vector => ({
      name: `${name} ${JSON.stringify(path)}`,
      refused: refused.includes(path),
      prepare: prepare(path),
    }));
  return [
    ...each('target', asTarget, hostile),
    ...each('whole target', asWholeTarget, [...hostile, ...disguised, ...harmless]),
    ...each('from', asFrom, all),
    ...each('dir', asDir, hostile),
    // What people type: `./` in front and a slash behind make no difference.
    ...each(
      '--dir',
      asFlag,
      hostile.filter((path) => !path.startsWith('./') && path !== 'a/'),
    ),
    ...each('lock', asLocked, hostile),
    ...each('journal', (path) => asJournal(path, 'journal.json'), never),
    ...each('rollback', (path) => asJournal(path, 'rollback.json'), never),
    ...each('record', (path) => asJournal(path, 'done'), never),
    ...each(
      'made',
      asMade,
      never.filter((path) => path !== ''),
    ),
    ...[
      'src',
      'src/agent',
      'src/agent/tools',
      '.12-factor',
      '.12-factor/base',
      '.12-factor/tmp',
      '.12-factor/lock.json',
    ].flatMap(links),
    ...[
      '12-factor.json',
      'package.json',
      '.gitignore',
      '.env.example',
      'src/agent/core/tool.ts',
      '.12-factor/schema.json',
    ].flatMap(links),
    ...[
      '.12-factor/.gitattributes',
      '.12-factor/tmp/lock',
      '.12-factor/tmp/journal.json',
      '.12-factor/tmp/.gitignore',
    ].flatMap(links),
    ...collidingPaths.map(([one, other]): Vector => ({
      name: `both ${JSON.stringify([one, other])}`,
      refused: true,
      prepare: spoil((item) => item.files.push(fileOf(one), fileOf(other))),
    })),
    ...hostileManifests.map(([name, change]): Vector => ({
      name,
      refused: true,
      prepare: spoil(change),
    })),
  ];
}
