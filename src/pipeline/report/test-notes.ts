import type { Decision } from '../decide/decision.ts';
import type { Component } from '../registry/component.ts';
import { type PackageManager, runTool } from '../repo/package-manager.ts';
import type { ChangeRequest, InstalledState } from '../resolve/change-request.ts';
import { formatCount } from './format-count.ts';

/**
 * Returns the notes of `add` and `update` on tests that only `--all-tests` copies: installed ones
 * that this project no longer gets, or those that are still missing.
 */
export function testNotes(
  state: InstalledState,
  change: ChangeRequest,
  decisions: readonly Decision[],
  manager: PackageManager,
): readonly string[] {
  const update = `${runTool(manager)} update`;
  if (change.request.tests === 'all') return missingNotes(state, change, update);
  return droppedNotes(state, change, decisions, update);
}

/** A kept component has the files of its installed version until it is updated. */
function missingNotes(
  { lock, catalogue }: InstalledState,
  { request, actions }: ChangeRequest,
  update: string,
): readonly string[] {
  // The note is for the command that asks for all tests first.
  if (!lock || lock.tests === 'all') return [];
  const isMissing = (path: string) => !Object.hasOwn(lock.files, path);
  const lacking = catalogue.components.filter(
    ({ name, files }) =>
      actions.get(name) === 'keep' &&
      files.some(({ role, to }) => role === 'test' && isMissing(`${request.dir}/${to}`)),
  );
  if (lacking.length === 0) return [];
  return [`The installed components get the rest of their tests when you run: ${update}`];
}

function droppedNotes(
  { catalogue }: InstalledState,
  { request }: ChangeRequest,
  decisions: readonly Decision[],
  update: string,
): readonly string[] {
  const paths = pathsOnlyWithAllTests(catalogue.components, request.dir);
  const dropped = decisions.filter(
    ({ path, mine, theirs }) => paths.has(path) && mine !== undefined && theirs === undefined,
  );
  if (dropped.length === 0) return [];
  const files = formatCount(dropped.length, 'test file');
  return [
    `Only --all-tests copies ${files} of this project now: edited ones stay, others are deleted.`,
    `To keep them all: ${update} --all-tests`,
  ];
}

function pathsOnlyWithAllTests(components: readonly Component[], dir: string): ReadonlySet<string> {
  const files = components.flatMap((component) => component.files);
  return new Set(
    files.filter(({ onlyWithAllTests }) => onlyWithAllTests).map(({ to }) => `${dir}/${to}`),
  );
}
