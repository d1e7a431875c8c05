import { isSource } from '../moves/follow-imports.ts';
import { hash } from '../text/hash.ts';
import { lf } from '../text/line-endings.ts';
import type { Decision } from './decision.ts';
import type { Format } from './format-versions.ts';
import type { Project } from './project-state.ts';

/** A file with its text before and after an edit of the tool. */
export type Edited = {
  readonly path: string;
  /** Undefined if the tool wrote all of it. */
  readonly before: string | undefined;
  readonly after: string;
};

/**
 * Returns the texts after the edits, formatted where nothing or a formatted text was before: an
 * edit can change the order of imports or of keys.
 */
export async function keepFormatted(
  edits: readonly Edited[],
  format: Format,
): Promise<readonly string[]> {
  if (edits.length === 0) return [];
  const old = edits.filter(({ before }) => before !== undefined);
  const formatted = await format([
    ...edits.map(({ path, after }) => ({ path, text: after })),
    ...old.map(({ path, before = '' }) => ({ path, text: before })),
  ]);
  const wasUnformatted = new Set(
    old.filter(({ before }, index) => (formatted[edits.length + index] ?? before) !== before),
  );
  return edits.map((edit, index) =>
    wasUnformatted.has(edit) ? edit.after : (formatted[index] ?? edit.after),
  );
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
