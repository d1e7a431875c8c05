import type { Host } from '../host.ts';

/** The parts of a small host that differ from its defaults. */
export type Parts = Partial<Host> & {
  readonly compilerOptions?: object;
  /** Development packages, besides TypeScript 5.9. */
  readonly packages?: Readonly<Record<string, string>>;
  /** More of package.json. */
  readonly manifest?: object;
};

/** A package with one source file. Its own check is `tsc`. */
export function small(name: string, about: string, parts: Parts): Host {
  const { compilerOptions, packages, manifest, files, checks = ['npx tsc'], ...rest } = parts;
  return {
    name,
    about,
    checks,
    ...rest,
    files: {
      'package.json': packageJson({ typescript: '~5.9.3', ...packages }, manifest),
      'tsconfig.json': { compilerOptions, include: ['src'] },
      '.gitignore': 'node_modules\n/dist\n*.tsbuildinfo\n',
      'src/index.ts': 'export const shop = true;\n',
      ...files,
    },
  };
}

export function packageJson(devDependencies: object, more: object = {}): object {
  const first = { name: 'shop', version: '1.0.0', private: true, type: 'module' };
  return { ...first, ...more, devDependencies };
}

/** A project that compiles for a bundler, and checks what most people check. */
export const strictBundler = {
  target: 'ES2022',
  module: 'esnext',
  moduleResolution: 'bundler',
  strict: true,
  skipLibCheck: true,
  noEmit: true,
};
