import { hash } from '../text/hash.ts';
import { lf } from '../text/line-endings.ts';
import { isSource } from '../moves/follow-imports.ts';
import type { Decision } from './decision.ts';
import type { Format } from './format-versions.ts';
import type { Project } from './project-state.ts';

/** A file with its text before and after an edit of the tool. */
export type Edited = { readonly path: string; readonly before: string; readonly after: string };

/**
 * Returns the texts after the edits. A text that was formatted before its edit is formatted again:
 * an edit can change the order of imports or of keys.
 */
export async function keepFormatted(
  edits: readonly Edited[],
  format: Format,
): Promise<readonly string[]> {
  if (edits.length === 0) return [];
  const inputs = edits.flatMap(({ path, before, after }) => [
    { path, text: before },
    { path, text: after },
  ]);
  const formatted = await format(inputs);
  return edits.map(({ before, after }, index) => {
    const [wasFormatted = before, isFormatted = after] = formatted.slice(2 * index, 2 * index + 2);
    return wasFormatted === before ? isFormatted : after;
  });
}

/** Keeps the files formatted whose imports followed moved files. */
export async function formatFollowed(
  followed: Project,
  onDisk: Project,
  format: Format,
): Promise<Project> {
  if (followed === onDisk) return followed;
  const edits = [...followed.disk].flatMap(([path, after]): readonly Edited[] => {
    const [from = path] = followed.moved?.get(path) ?? [];
    const before = onDisk.disk.get(from);
    const isEdited = before !== undefined && before !== after && isSource(path);
    return isEdited ? [{ path, before, after }] : [];
  });
  const texts = await keepFormatted(edits, format);
  const disk = new Map(followed.disk);
  const files = { ...followed.lock?.files };
  for (const [index, { path, after }] of edits.entries()) {
    const text = texts[index] ?? after;
    disk.set(path, text);
    const file = files[path];
    // A file that was as the tool wrote it still is.
    if (file && file.written === hash(lf(after)))
      files[path] = { ...file, written: hash(lf(text)) };
  }
  return { ...followed, disk, lock: followed.lock && { ...followed.lock, files } };
}

/** Keeps the files formatted into which upstream's changes were merged. */
export async function formatMerged(
  decisions: readonly Decision[],
  format: Format,
): Promise<readonly Decision[]> {
  const edits = decisions.flatMap(({ path, mine, action }): readonly Edited[] =>
    action.kind === 'merged' && mine !== undefined
      ? [{ path, before: mine, after: action.text }]
      : [],
  );
  const texts = new Map(
    (await keepFormatted(edits, format)).map((text, index) => [edits[index]?.path, text]),
  );
  return decisions.map((decision) => {
    const text = texts.get(decision.path);
    if (text === undefined || decision.action.kind !== 'merged') return decision;
    return { ...decision, action: { ...decision.action, text } };
  });
}
