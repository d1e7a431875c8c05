import type { PackageJson } from './detect-tools.ts';

/** A script of package.json that compiles every file that a tsconfig includes. */
export type Build = {
  readonly script: string;
  /** The tsconfig that it names, or `nest` for the one that Nest chooses. */
  readonly tsconfig: string;
};

const building = /^(build|compile|prepare|prepack|prepublishOnly)(:|$)/;

/**
 * Finds the scripts that build with `tsc` or `nest build`. Bundlers are none of them: they write
 * only what an entry point reaches.
 */
export function findBuilds({ scripts }: PackageJson): readonly Build[] {
  if (typeof scripts !== 'object' || scripts === null) return [];
  return Object.entries(scripts).flatMap(([script, command]) => {
    if (!building.test(script) || typeof command !== 'string') return [];
    const tsconfigs = command.split(/&&|\|\||[;|&]/).map((one) => tsconfigOf(one.trim()));
    return tsconfigs
      .filter((tsconfig) => tsconfig !== undefined)
      .map((tsconfig) => ({ script, tsconfig }));
  });
}

function tsconfigOf(command: string): string | undefined {
  if (/^(\S+ )?nest build(\s|$)/.test(command)) return 'nest';
  const [, args] = /^(?:\S+ )?(?:vue-)?tsc(?:\s+(.*))?$/.exec(command) ?? [];
  const isTsc = /^(\S+ )?(vue-)?tsc(\s|$)/.test(command);
  if (!isTsc || /--noEmit(\s|$)(?!false)/.test(args ?? '')) return undefined;
  const [, named] = /(?:^|\s)(?:-p|--project|-b|--build)\s+([^-\s]\S*)/.exec(args ?? '') ?? [];
  return named ?? 'tsconfig.json';
}
