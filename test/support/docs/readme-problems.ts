import {
  runScript,
  runTool,
  type PackageManager,
} from '../../../src/pipeline/repo/package-manager.ts';
import type { Wanted } from '../../../src/pipeline/render/wanted.ts';
import { components } from '../registry/package.ts';

/** A command in a text, with its arguments. */
const inlineCode = /`([^`\n]+)`/g;
const blocks = /^```(.*)\n([^]*?)^```$/gm;
const runners = /^(?:npm|npx|pnpm|yarn|bunx?|deno) /;

/** Files that a user, a build, a run or `add` makes. */
const later = [
  '.env',
  '.agent/threads/',
  '.agent/target.jsonl',
  'dist/agent.cjs',
  'src/agent/tools/restart.ts',
  'src/agent/terminal/main.ts',
];
/** Names in capitals that no component reads: they are in every environment. */
const everywhere = ['USER'];

/** Returns what a project's README says that is not true of the project. */
export function readmeProblems(wanted: Wanted, manager: PackageManager): readonly string[] {
  const readme = wanted.files.find(({ path }) => path === 'README.md')?.text ?? '';
  const codes = [...readme.matchAll(inlineCode)].map(([, code = '']) => code);
  const commands = [...commandsIn(readme), ...codes.filter((code) => runners.test(code))];
  return [
    ...commands.flatMap((command) => commandProblems(command, wanted, manager)),
    ...codes.flatMap((code) => pathProblems(code, wanted)),
    ...codes.flatMap((code) => variableProblems(code, wanted)),
    ...[...readme.matchAll(/\{\{.*|\n{3,}|.*[ \t]$/gm)].map(([text]) => `left: ${text}`),
  ];
}

/** Returns the commands of the blocks that have no language, without the words beside them. */
export function commandsIn(readme: string): readonly string[] {
  return [...readme.matchAll(blocks)]
    .flatMap(([, language, text = '']) => (language === '' ? text.split('\n') : []))
    .map((line) => line.split(/ {2,}/)[0] ?? '')
    .filter((command) => command !== '');
}

function commandProblems(
  command: string,
  { needs, initialTexts, lock }: Wanted,
  manager: PackageManager,
): readonly string[] {
  const tool = `${runTool(manager)} `;
  if (command.startsWith(tool)) {
    const [verb, name = '', flag] = command.slice(tool.length).split(' ');
    if (verb === 'list') return [];
    const isNew = !Object.hasOwn(lock.components, name) || flag === '--use';
    const isThere = components.some((component) => component.name === name);
    return verb === 'add' && isThere && isNew ? [] : [`no use: ${command}`];
  }
  if (command === 'cp .env.example .env') {
    return Object.keys(needs.env).length > 0 ? [] : ['there is no .env.example'];
  }
  const scripts = { ...scriptsIn(initialTexts.get('package.json')), ...needs.scripts };
  const isRun = Object.keys(scripts).some((name) =>
    `${command} `.startsWith(`${runScript(manager, name)} `),
  );
  return isRun ? [] : [`no script: ${command}`];
}

const scriptsIn = (packageJson = '{}') =>
  (JSON.parse(packageJson) as { scripts?: Readonly<Record<string, string>> }).scripts ?? {};

function pathProblems(code: string, { files, initialTexts }: Wanted): readonly string[] {
  if (!/^[\w.-]+(?:\/[\w.-]*)+$|^[\w.-]+\.(?:json|js|ts)$/.test(code)) return [];
  const paths = [...files.map(({ path }) => path), ...initialTexts.keys(), ...later];
  const own = ['.12-factor/', '12-factor.json'];
  const isThere = [...paths, ...own].some(
    (path) => path === code || path.startsWith(code.replace(/\/?$/, '/')),
  );
  return isThere ? [] : [`no file: ${code}`];
}

function variableProblems(code: string, { needs }: Wanted): readonly string[] {
  const name = /^[A-Z][A-Z_]+(?==|$)/.exec(code)?.[0];
  const isKnown = name === undefined || [...Object.keys(needs.env), ...everywhere].includes(name);
  return isKnown ? [] : [`no variable: ${name}`];
}
