import semver from 'semver';
import { lowestMajor } from './lowest-major.ts';

/** The specifier by which the copied files import zod 4. */
export type ZodImport = 'zod' | 'zod/v4';

/** The versions of zod 3 that contain zod 4, as `zod/v4`. Zod 4 has it too. */
export const zod3WithZod4 = '^3.25.0';

/**
 * Returns how the copied files import zod: as `zod/v4` where the repo may have zod 3. `ranges` are
 * those of package.json; `installed` decides if they leave it open.
 */
export function zodImportFor(
  ranges: readonly (string | undefined)[],
  installed: string | undefined,
): ZodImport {
  const majors = ranges.map(lowestMajor);
  if (majors.includes(3)) return 'zod/v4';
  if (ranges.length === 0 || !majors.includes(0)) return 'zod';
  return semver.valid(installed) !== null && semver.major(installed ?? '') === 3 ? 'zod/v4' : 'zod';
}

/** Returns the versions of a package that the copied files work with. `wants` is the manifest's. */
export function acceptedRange(name: string, wants: string, zodImport: ZodImport): string {
  if (name !== 'zod' || zodImport === 'zod') return wants;
  // In 3.25.0 itself it is missing.
  return `^3.25.1 || ${wants}`;
}

/** Returns how a source text imports zod. Undefined if it does not, or in both ways. */
export function zodImportIn(text: string): ZodImport | undefined {
  const found = new Set(
    [...text.matchAll(/\bfrom\s*['"](zod|zod\/v4)['"]/g)].map(([, one]) => one),
  );
  if (found.size !== 1) return undefined;
  return found.has('zod') ? 'zod' : 'zod/v4';
}
