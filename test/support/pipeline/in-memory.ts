import { hash } from '../../../src/pipeline/text/hash.ts';
import { parseLock } from '../../../src/pipeline/lock/lock-file.ts';
import { ownPaths } from '../../../src/pipeline/lock/own-paths.ts';
import { writesOf } from '../../../src/pipeline/plan/writes.ts';
import type { Plan } from '../../../src/pipeline/plan/change.ts';
import type { Project } from '../../../src/pipeline/decide/project-state.ts';

/**
 * Applies a plan in memory and reads the project back. @throws Error if a file is not as planned
 */
export function after(plan: Plan, project: Project): Project {
  const disk = new Map(project.disk);
  const bases = new Map(project.bases);
  for (const { path, before, content: text } of writesOf(plan, project)) {
    const sha256 = /^\.12-factor\/base\/(.*)$/.exec(path)?.[1];
    const texts = sha256 === undefined ? disk : bases;
    const there = texts.get(sha256 ?? path);
    if (before !== (there === undefined ? project.obstacles.get(path)?.hash : hash(there)))
      throw new Error(`${path} is not as the plan saw it.`);
    if (text === undefined) texts.delete(sha256 ?? path);
    else texts.set(sha256 ?? path, String(text));
  }
  const lock = disk.get(ownPaths.lock);
  const written = new Set(writesOf(plan, project).map(({ path }) => path));
  return {
    lock: lock === undefined ? undefined : parseLock(lock),
    bases,
    disk,
    obstacles: new Map([...project.obstacles].filter(([path]) => !written.has(path))),
  };
}
