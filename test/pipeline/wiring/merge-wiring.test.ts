import { expect, it } from 'vitest';
import { mergeTexts } from '../../../src/io/merge-texts.ts';
import { mergeWiring } from '../../../src/pipeline/wiring/merge-wiring.ts';
import type { Merge } from '../../../src/pipeline/text/merge.ts';
import type { Wire } from '../../../src/pipeline/registry/component.ts';
import type { Wiring } from '../../../src/pipeline/resolve/selection.ts';
import { wire } from '../../support/pipeline/fixtures.ts';
import { renderWiring } from '../../torture/wiring/wiring-corpus.ts';

const tool = (key: string, value = `${key}.action(step)`): Wire => wire('tools', key, { value });
const noLists = {
  outbox: [],
  channels: [],
  triggers: [],
  agents: [],
  prefetch: [],
  runner: undefined,
  tools: [],
  commands: [],
};
const none = { model: undefined, models: [], store: undefined, ...noLists };
const tools = (...some: readonly Wire[]) => renderWiring('tools.ts', { ...none, tools: some });
const agent = (some: Partial<Wiring>) => renderWiring('agent.ts', { ...none, ...some });

const [ask, done, ship, note] = [
  tool('ask', 'ask'),
  tool('done', 'done'),
  tool('ship'),
  tool('note', 'record(step)'),
];
const [remote, local] = [wire('model', 'remote'), wire('model', 'local')];
const [file, memory] = [wire('store', 'file'), wire('store', 'memory')];

const mergeFile = mergeWiring(mergeTexts);

/** Adds a tool of the user's own, in its three places. */
function withMine(text: string, { comma = ',', body = 'return mine;' } = {}): string {
  return text
    .replace('import { oneOf', "import { mine } from './mine.ts';\nimport { oneOf")
    .replace('\n});\nexport', `\n  mine${comma}\n});\nexport`)
    .replace('    default:', `    case 'mine':\n      ${body}\n    default:`);
}

/** Removes a tool: every line that names it, and the statement of its case. */
function without(text: string, key: string): string {
  const lines = text.split('\n');
  return lines
    .filter(
      (line, index) =>
        !new RegExp(`\\b${key}\\b`).test(line) && !lines[index - 1]?.includes(`case '${key}'`),
    )
    .join('\n');
}

/** Inserts each text after its line. */
function put(text: string, ...some: readonly (readonly [line: string, put: string])[]): string {
  return some.reduce((all, [line, more]) => all.replace(`${line}\n`, `${line}\n${more}\n`), text);
}

const [before, after] = [tools(ask, done), tools(ask, done, ship)];
const own = withMine(before);
const shipAfter = (name: string, entry = name) =>
  [
    [
      `import { ${name} } from './${name === 'mine' ? '' : 'tools/'}${name}.ts';`,
      "import { ship } from './tools/ship.ts';",
    ],
    [`  ${entry},`, '  ship,'],
    [`      return ${name};`, "    case 'ship':\n      return ship.action(step);"],
  ] as const;

const renamed = (text: string) =>
  text.replaceAll('nextStep', 'steps').replaceAll('actionFor', 'mean');
const odd = "return mine('}{', `case (`); // })";

type Row = readonly [about: string, base: string, mine: string, theirs: string, merged: string];

const recorded = withMine(before, { body: 'return record(step);' });
const ownOdd = withMine(before, { body: odd });
const alone = without(without(before, 'done'), 'ask');

const toolRows: readonly Row[] = [
  ['puts a new tool after mine', before, own, after, put(own, ...shipAfter('mine'))],
  [
    'gives ours the comma that it needs, and none to my last entry',
    before,
    withMine(before, { comma: '' }),
    after,
    put(own, ...shipAfter('done')).replace('  mine,\n', '  mine\n'),
  ],
  ['takes a tool out beside mine', after, withMine(after), before, own],
  [
    'puts a tool where I took its neighbour out',
    before,
    without(before, 'done'),
    after,
    put(without(before, 'done'), ...shipAfter('ask')),
  ],
  [
    'puts a tool where I took all of ours out',
    before,
    alone,
    after,
    without(without(after, 'done'), 'ask'),
  ],
  ['leaves a tool that I had wired by hand', before, withMine(after), after, withMine(after)],
  [
    'finds the list and the switch under other names',
    before,
    renamed(own),
    after,
    renamed(put(own, ...shipAfter('mine'))),
  ],
  [
    'keeps the same statement in two cases',
    before,
    recorded,
    tools(ask, done, note),
    put(
      recorded,
      ["import { done } from './tools/done.ts';", "import { note } from './tools/note.ts';"],
      ['  done,', '  note,'],
      ['      return done;', "    case 'note':\n      return record(step);"],
    ),
  ],
  [
    'is not misled by brackets in strings and comments',
    before,
    ownOdd,
    after,
    put(ownOdd, ...shipAfter('mine').slice(0, 2), [
      `      ${odd}`,
      "    case 'ship':\n      return ship.action(step);",
    ]),
  ],
];

const [was, will] = [agent({ model: remote, store: file }), agent({ model: local, store: file })];
const fetching = wire('prefetch', 'prefetch', {
  from: './prefetch/prefetch.ts',
  value: 'prefetch(prefetchers)',
  uses: [{ name: 'prefetchers', from: './prefetch/prefetchers.ts' }],
});
const agentRows: readonly Row[] = [
  [
    'changes the model next to my store',
    was,
    was.replace('file()', "file('.threads')"),
    will,
    will.replace('file()', "file('.threads')"),
  ],
  [
    'changes model and store in an agent that I wrapped',
    was,
    was.replace('agent: ', 'base: '),
    agent({ model: local, store: memory }),
    agent({ model: local, store: memory }).replace('agent: ', 'base: '),
  ],
  [
    'fetches values for the model that I tuned',
    was,
    was.replace('remote()', "remote('x')"),
    agent({ model: remote, store: file, prefetch: [fetching] }),
    agent({ model: remote, store: file, prefetch: [fetching] }).replace('remote()', "remote('x')"),
  ],
];

const [third, fourth] = [wire('model', 'third'), wire('model', 'fourth')];
const listing = (...models: readonly Wire[]) => agent({ model: remote, models, store: file });
const tuned = (text: string) => text.replace('third: third()', "third: third('small')");
const cheap = '    cheap: remote(true),\n';
/** Adds an entry of the user's own to the listed models, and the list if there is none. */
const withCheap = (text: string) =>
  text.includes('  models: {')
    ? text.replace(/(models: \{[^}]*)( {2}\},)/, `$1${cheap}$2`)
    : text.replace('  store:', `  models: {\n${cheap}  },\n  store:`);

const modelRows: readonly Row[] = [
  [
    'lists a model',
    was,
    was.replace('remote()', "remote('x')"),
    listing(third),
    listing(third).replace('remote()', "remote('x')"),
  ],
  [
    'lists a model beside one that I tuned',
    listing(third),
    tuned(listing(third)),
    listing(third, fourth),
    tuned(listing(third, fourth)),
  ],
  [
    'lists a model after mine',
    listing(third),
    withCheap(listing(third)),
    listing(third, fourth),
    put(listing(third, fourth).replace('    fourth: fourth(),\n', ''), [
      '    third: third(),',
      `${cheap}    fourth: fourth(),`,
    ]),
  ],
  [
    'lists a model in the list that I wrote',
    was,
    withCheap(was),
    listing(third),
    put(listing(third), ['  models: {', cheap.trimEnd()]),
  ],
  [
    'takes a model out beside one that I tuned',
    listing(third, fourth),
    tuned(listing(third, fourth)),
    listing(third),
    tuned(listing(third)),
  ],
  [
    'takes the last model out and leaves mine',
    listing(third),
    withCheap(listing(third)),
    was,
    withCheap(was),
  ],
  [
    'lets a model take the place of the one beside one that I tuned',
    listing(third, fourth),
    tuned(listing(third, fourth)),
    agent({ model: fourth, models: [third, remote], store: file }),
    tuned(agent({ model: fourth, models: [third, remote], store: file })),
  ],
];

const command = (key: string, from = key): Wire =>
  wire('commands', key, {
    name: `${key}Command`,
    from: `./terminal/${from}.ts`,
    value: `${key}Command`,
  });
const commands = (...some: readonly Wire[]) =>
  renderWiring('terminal/commands.ts', { ...none, commands: some });
const moves = [command('export', 'transfer'), command('import', 'transfer')];
const [few, more] = [commands(command('list')), commands(command('list'), ...moves)];
/** Adds a command of the user's own, with its import. */
const withReport = (text: string) =>
  text
    .replace('import type', "import { report } from '../report.ts';\nimport type")
    .replace('\n};', '\n  report,\n};');

const commandRows: readonly Row[] = [
  [
    'adds the commands of one module after mine',
    few,
    withReport(few),
    more,
    put(
      withReport(few),
      [
        "import { report } from '../report.ts';",
        "import { exportCommand, importCommand } from './transfer.ts';",
      ],
      ['  report,', '  export: exportCommand,\n  import: importCommand,'],
    ),
  ],
  ['takes commands out beside mine', more, withReport(more), few, withReport(few)],
];

it.each([...toolRows, ...agentRows, ...modelRows, ...commandRows])(
  '%s',
  async (_, base, mine, theirs, text) => {
    expect(await mergeFile(base, mine, theirs)).toEqual({ kind: 'merged', text });
  },
);

const conflicts: readonly (readonly [about: string, base: string, mine: string, theirs: string])[] =
  [
    ['both changed the model', was, was.replace('remote()', "remote('x')"), will],
    ['I still use the model that goes', was, `${was}\nconsole.log(remote);\n`, will],
    [
      'I wrote a note on the line that goes',
      was,
      was.replace('remote(),', 'remote(), // cheap'),
      will,
    ],
    [
      'I changed the case of the tool that goes',
      after,
      withMine(after.replace('ship.action(step)', 'mine')),
      before,
    ],
    ['I renamed what the new case names', before, own.replaceAll(/\bstep\b/g, 'next'), after],
    ['I have another tool of that name', before, own.replaceAll(/\bmine\b/g, 'ship'), after],
    [
      'my cases fall through where the new one would stand',
      before,
      own.replace('      return done;\n', ''),
      after.replace('return done;', 'return done.action(step);'),
    ],
    ['I tuned the model that goes', listing(third), tuned(listing(third)), was],
    [
      'I tuned the model that takes the place of the one',
      listing(third),
      tuned(listing(third)),
      agent({ model: third, models: [remote], store: file }),
    ],
    [
      'my models are on one line',
      was,
      was.replace('  store:', '  models: { cheap: remote(true) },\n  store:'),
      listing(third),
    ],
    [
      'my models stand elsewhere and on one line',
      was,
      was.replace('  now:', '  models: { cheap: remote(true) },\n  now:'),
      listing(third),
    ],
    [
      'I have a model of that name',
      was,
      was.replace('  store:', '  models: {\n    third: remote(true),\n  },\n  store:'),
      listing(third),
    ],
    [
      'I took the list away',
      listing(third),
      listing(third).replace(/ {2}models: \{[^}]*\},\n/, ''),
      listing(third, fourth),
    ],
    ['my file is no TypeScript', before, own.replace('function', 'fun'), after],
    [
      'my list is on one line, and another one is not',
      before,
      `${before.replace(/oneOf\(\{[^]*?\}\)/, 'oneOf({ ask, done })')}\n` +
        'export const others = oneOf({\n  mine,\n});\n',
      after,
    ],
    [
      'my list is on one line',
      before,
      before.replace(/oneOf\(\{[^]*?\}\)/, 'oneOf({ ask, done, mine })'),
      after,
    ],
  ];

it.each(conflicts)('is a conflict where %s', async (_, base, mine, theirs) => {
  expect(mine).not.toBe(base);
  expect(await mergeFile(base, mine, theirs)).toMatchObject({ kind: 'conflict' });
});

it('lets no clean merge pass that leaves a line behind which upstream took out', async () => {
  const careless: Merge = async (_, mine) => ({ kind: 'merged', text: mine });
  expect(await mergeWiring(careless)(after, withMine(after), before)).toEqual({
    kind: 'merged',
    text: own,
  });
});

it('merges what it can without a plain merge', async () => {
  const noGit: Merge = async () => ({ kind: 'conflict', why: 'there is no git' });
  expect((await mergeWiring(noGit)(before, own, after)).kind).toBe('merged');
  expect(await mergeWiring(noGit)(was, was.replace('remote()', "remote('x')"), will)).toEqual({
    kind: 'conflict',
    why: 'there is no git',
  });
});
