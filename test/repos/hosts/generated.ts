import type { Host } from '../host.ts';

const nestChecks = ['npx nest build', 'npx tsc --noEmit'];

/** Hosts that the official generators make. Each generator has its templates in its package. */
export const generatedHosts: readonly Host[] = [
  {
    name: 'next',
    about: 'create-next-app 16: target ES2017, a bundler, React, eslint-config-next',
    generator:
      'npx --yes create-next-app@16.4.3 host --ts --eslint --tailwind --app --src-dir ' +
      '--import-alias "@/*" --use-npm --skip-install --disable-git --yes',
    checks: ['npm run build', 'npx tsc --noEmit', 'npm run lint'],
  },
  {
    name: 'vite-react',
    about: 'create-vite react-ts: project references, TypeScript 7',
    generator: 'npx --yes create-vite@9.3.0 host --template react-ts --no-interactive',
    checks: ['npm run build', 'npm run lint'],
  },
  {
    name: 'vite-vanilla',
    about: 'create-vite vanilla-ts: types of vite/client alone, TypeScript 7',
    generator: 'npx --yes create-vite@9.3.0 host --template vanilla-ts --no-interactive',
    checks: ['npm run build'],
  },
  {
    name: 'svelte',
    about: 'sv create minimal: extends a tsconfig that is generated',
    generator:
      'npx --yes sv@0.17.1 create host --template minimal --types ts --no-add-ons --no-install',
    checks: ['npm run check', 'npm run build'],
  },
  {
    name: 'nest-10',
    about: 'nest new 10: CommonJS, decorators, ES2021 without lib, nothing strict',
    generator: nest('10.4.9'),
    checks: [...nestChecks, 'npm test'],
  },
  {
    name: 'nest-11',
    about: 'nest new 11: nodenext, ES2023, jest',
    generator: nest('11.0.13'),
    checks: [...nestChecks, 'npm test'],
  },
  {
    name: 'nest-12',
    about: 'nest new 12: ES modules, vitest, oxlint with types',
    generator: nest('12.0.8'),
    checks: [...nestChecks, 'npm test', 'npm run lint'],
  },
];

function nest(version: string): string {
  const flags = '--skip-install --skip-git --package-manager npm --language ts';
  return `npx --yes @nestjs/cli@${version} new host ${flags}`;
}
