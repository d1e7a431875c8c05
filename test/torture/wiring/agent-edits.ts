import {
  after,
  all,
  anywhere,
  append,
  at,
  before,
  change,
  importEnd,
  type Edit,
} from './wiring-edits.ts';

const cheap = "import { cheap } from './ours/cheap.ts';";

/** Edits of `agent.ts`, by name. */
export const agentEdits: Readonly<Record<string, Edit>> = {
  ...anywhere,
  modelArg: change(
    /model: (anthropic|openaiCompatible|groq)\(\)/,
    "model: $1({ model: 'my-model' })",
  ),
  modelWrap: all(
    change(/model: (.+),$/, 'model: traced($1),'),
    importEnd("import { traced } from './ours/traced.ts';"),
  ),
  modelNote: change(/(model: .+,)$/, '$1 // the cheap one'),
  modelAbove: before(/^ {2}model: /, '  // chosen in May'),
  listArg: change(/^( {4}\S+): (\w+)\(\),$/, "$1: $2({ model: 'my-model' }),"),
  listOwn: all(after(/^ {2}models: \{$/, '    cheap,'), importEnd(cheap)),
  listOwnLast: (lines, pick) => {
    const first = at(lines, /^ {2}models: \{$/);
    const last = lines.indexOf('  },', first);
    return first < 0 ? undefined : importEnd(cheap)(lines.toSpliced(last, 0, '    cheap,'), pick);
  },
  listOfMine: (lines, pick) =>
    at(lines, /^ {2}models: /) < 0
      ? all(before(/^ {2}now: /, '  models: {', '    cheap,', '  },'), importEnd(cheap))(
          lines,
          pick,
        )
      : undefined,
  listAbove: before(/^ {2}models: /, '  // the policy chooses among them'),
  listNote: change(/^( {4}\S+: \w+\(\),)$/, '$1 // for long texts'),
  listInside: after(/^ {2}models: \{$/, '    // by name'),
  listOneLine: (lines) => {
    const first = at(lines, /^ {2}models: \{$/);
    const last = lines.indexOf('  },', first);
    const entries = lines.slice(first + 1, last).map((line) => line.trim().replace(/,$/, ''));
    return first < 0
      ? undefined
      : lines.toSpliced(first, last - first + 1, `  models: { ${entries.join(', ')} },`);
  },
  listOneLineOfMine: (lines, pick) =>
    at(lines, /^ {2}models: /) < 0
      ? all(before(/^ {2}now: /, '  models: { cheap },'), importEnd(cheap))(lines, pick)
      : undefined,
  listHoist: (lines, pick) => {
    const first = at(lines, /^ {2}models: \{$/);
    const last = lines.indexOf('  },', first);
    if (first < 0) return undefined;
    const hoisted = [
      'const models = {',
      ...lines.slice(first + 1, last).map((line) => line.slice(2)),
      '};',
      '',
    ];
    return before(/^\/\*\* The composition/, ...hoisted)(
      lines.toSpliced(first, last - first + 1, '  models,'),
      pick,
    );
  },
  listEmptied: (lines) => {
    const first = at(lines, /^ {2}models: \{$/);
    return first < 0
      ? undefined
      : lines.toSpliced(first + 1, lines.indexOf('  },', first) - first - 1);
  },
  storeArg: change(/store: (fileStore|memoryStore|sqliteStore)\(\)/, "store: $1('.threads')"),
  storeEnv: change(
    /store: (fileStore|sqliteStore)\(\)/,
    'store: process.env.DIR ? $1(process.env.DIR) : $1()',
  ),
  now: change(/now: Date.now/, 'now: () => Date.now() + 1'),
  prompt: change(/^ {2}prompt,$/, '  prompt: `${prompt} Be brief.`,'),
  context: change(/secretsIn\(process.env\)/, "[...secretsIn(process.env), 'hunter2']"),
  contextLines: (lines) => {
    const index = at(lines, /^ {2}context: contextWindow\(\{ /);
    if (index < 0) return undefined;
    return lines.toSpliced(
      index,
      1,
      '  context: contextWindow({',
      '    secrets: secretsIn(process.env),',
      '  }),',
    );
  },
  wrap: all(
    change(/export const agent: Agent<NextStep>/, 'const base: Agent<NextStep>'),
    append(
      '',
      'export const agent: Agent<NextStep> = { ...base, prompt: `${base.prompt} Be brief.` };',
    ),
  ),
  satisfies: all(
    change(/agent: Agent<NextStep> =/, 'agent ='),
    change(/^};$/, '} satisfies Agent<NextStep>;'),
  ),
  modelFirst: (lines) => {
    const index = at(lines, /^ {2}model: /);
    if (index < 0) return undefined;
    return lines.toSpliced(index, 1).toSpliced(at(lines, /^ {2}prompt/), 0, lines[index] ?? '');
  },
  alias: (lines) => {
    const name = /^import \{ (\w+) \} from '.\/(?:model|store)/.exec(
      lines.find((line) => /'.\/(model|store)/.test(line)) ?? '',
    );
    if (!name) return undefined;
    const renamed = lines.map((line) =>
      line.replace(new RegExp(`\\b${name[1]}\\b(?!\\.ts|/|')`), 'ours'),
    );
    return renamed.map((line) => line.replace('import { ours }', `import { ${name[1]} as ours }`));
  },
  alsoUsed: (lines) => {
    const name = /^import \{ (\w+) \} from '.\/model/.exec(
      lines.find((line) => line.includes("'./model")) ?? '',
    )?.[1];
    return name ? append('', `console.log(${name});`)(lines, ([one]) => one) : undefined;
  },
  untyped: change(/agent: Agent<NextStep> = \{$/, 'agent = <Agent<NextStep>>{'),
  call: all(
    change(/agent: Agent<NextStep> = \{$/, 'agent: Agent<NextStep> = traced({'),
    change(/^};$/, '});'),
    importEnd("import { traced } from './ours/traced.ts';"),
  ),
  second: append(
    '',
    'export const quiet: Agent<NextStep> = { ...agent, ' +
      'prompt: `${prompt} Say little.`, store: agent.store };',
  ),
  byFactory: all(
    change(
      /^export const agent: Agent<NextStep> = \{$/,
      'export const agent: Agent<NextStep> = (() => ({',
    ),
    change(/^};$/, '}))();'),
  ),
  storeAbove: before(/^ {2}store: /, '  /* on the volume,', '     which is backed up: { */'),
  oneLine: (lines) => {
    const index = at(lines, /^ {2}model: /);
    if (index < 0) return undefined;
    return lines.toSpliced(index, 2, `${lines[index]} ${(lines[index + 1] ?? '').trim()}`);
  },
  getter: change(/^ {2}store: (.+),$/, '  get store() {\n    return $1;\n  },'),
  hoist: (lines) => {
    const index = at(lines, /^ {2}model: /);
    const value = /model: (.+),$/.exec(lines[index] ?? '')?.[1];
    if (!value) return undefined;
    const put = lines.with(index, '  model,');
    return put.toSpliced(at(put, /^\/\*\* The composition/), 0, `const model = ${value};`, '');
  },
  doubled: (lines) => {
    const index = at(lines, /^import .*'.\/model/);
    return index < 0
      ? undefined
      : append(
          '',
          `// was: ${lines[index]}`,
          `// was: ${lines.find((line) => /^ {2}model: /.test(line))}`,
        )(lines, ([one]) => one);
  },
  merged: all(
    change(
      /^import \{ secretsIn \} .*/,
      "import { secretsIn, type Secrets } from './core/sanitize.ts';",
    ),
    append('', 'export type Kept = Secrets;'),
  ),
};
