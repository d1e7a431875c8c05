import {
  after,
  all,
  anywhere,
  append,
  at,
  before,
  change,
  importEnd,
  rename,
  type Edit,
  type Pick,
} from './wiring-edits.ts';

const own = {
  import: "import { pageMe } from './ours/page-me.ts';",
  entry: '  page_me: pageMe,',
  label: "    case 'page_me':",
};
const ownReturn = '      return pageMe.action(step);';

const addOwn = (
  where: 'top' | 'end',
  entry = own.entry,
  body: readonly string[] = [own.label, ownReturn],
): Edit =>
  all(
    where === 'top'
      ? before(/^import \{ \w+ \} from '.\/tools\//, own.import)
      : before(/^import \{ oneOf/, own.import),
    where === 'top' ? after(/^export const nextStep/, entry) : before(/^\}\);$/, entry),
    where === 'top' ? after(/^ {2}switch/, ...body) : before(/^ {4}default:/, ...body),
  );

/** The tool whose case is the last, or any. */
const anyKey = (lines: readonly string[], pick: Pick): string => {
  const [first = '', ...more] = lines.flatMap((line) => /^ {4}case '(\w+)'/.exec(line)?.[1] ?? []);
  return pick([first, ...more]);
};

const onCase =
  (
    edit: (key: string, label: number, lines: readonly string[]) => readonly string[] | undefined,
  ): Edit =>
  (lines, pick) => {
    const key = anyKey(lines, pick);
    return edit(key, at(lines, new RegExp(`case '${key}':`)), lines);
  };

/** Edits of `tools.ts`, by name. */
export const toolsEdits: Readonly<Record<string, Edit>> = {
  ...anywhere,
  ownEnd: addOwn('end'),
  ownTop: addOwn('top'),
  ownNoComma: addOwn('end', own.entry.slice(0, -1)),
  ownNote: addOwn('end', `${own.entry} // ours, {see [the wiki`),
  ownBlock: addOwn('end', own.entry, [
    "    case 'page_me': {",
    "      console.log('}', step.intent);",
    ownReturn,
    '    }',
  ]),
  ownTopBlock: addOwn('top', own.entry, ["    case 'page_me': {", ownReturn, '    }']),
  ownComment: addOwn('end', own.entry, ['    // a person is on call', own.label, ownReturn]),
  ownSameReturn: all(
    addOwn('end', own.entry, [own.label, '      return record(step);']),
    (lines) =>
      lines.some((line) => line.includes('{ record }'))
        ? lines
        : importEnd("import { record } from './tools/record.ts';")(lines, ([one]) => one),
  ),
  ownSpread: all(
    addOwn('top', '  ...ours,'),
    before(/^\/\*\* Everything/, 'const ours = { page_me: pageMe };', ''),
  ),
  ownStacked: all(
    before(/^import \{ oneOf/, own.import),
    before(/^\}\);$/, own.entry),
    before(/^ {4}case 'done_for_now'/, own.label),
  ),
  ownStackedBelow: all(
    before(/^import \{ oneOf/, own.import),
    before(/^\}\);$/, own.entry),
    after(/^ {4}case 'done_for_now'/, own.label),
  ),
  dropDone: (lines) => {
    const label = at(lines, /case 'done_for_now'/);
    return label < 0
      ? undefined
      : lines.toSpliced(label, 2).filter((line) => !/^(import|  done).*doneForNow/.test(line));
  },
  dropAny: onCase((key, label, lines) =>
    lines.toSpliced(label, 2).filter((line) => !new RegExp(`^  ${key}\\b`).test(line)),
  ),
  changeReturn: onCase((_, label, lines) => {
    const line = lines[label + 1] ?? '';
    return /return [\w.]+(\(step\))?;$/.test(line)
      ? lines.with(label + 1, line.replace(/return (.+);/, 'return { ...$1 };'))
      : undefined;
  }),
  caseBlock: onCase((_, label, lines) => {
    const [line = '', body = ''] = lines.slice(label, label + 2);
    return body.endsWith(';')
      ? lines.toSpliced(label, 2, `${line} {`, '      console.log(step);', body, '    }')
      : undefined;
  }),
  caseComment: onCase((key, label, lines) => lines.toSpliced(label, 0, `    // ${key}: ask Anna`)),
  entryNote: onCase((key, _, lines) => {
    const index = at(lines, new RegExp(`^  ${key}\\b`));
    return index < 0 ? undefined : lines.with(index, `${lines[index]} // ours`);
  }),
  reorder: (lines) => {
    const label = at(lines, /case 'done_for_now'/);
    if (label < 0) return undefined;
    const rest = lines.toSpliced(label, 2);
    return rest.toSpliced(at(rest, /^ {2}switch/) + 1, 0, ...lines.slice(label, label + 2));
  },
  alias: all(
    rename(/\bdoneForNow\b/, 'rest'),
    change(/import \{ rest \}/, 'import { doneForNow as rest }'),
  ),
  logFirst: before(/^ {2}switch/, '  console.log(step.intent);'),
  wrap: change(
    /schema: nextStep, actionFor \}/,
    'schema: nextStep, actionFor: (step) => (console.log(step), actionFor(step)) }',
  ),
  secondSwitch: append(
    '',
    'export function name(step: NextStep): string {',
    '  switch (step.intent) {',
    "    case 'done_for_now':",
    "      return 'done';",
    '    default:',
    '      return step.intent;',
    '  }',
    '}',
  ),
  defaultThrows: change(
    /^ {6}return step satisfies never;/,
    "      throw new Error('unknown', { cause: step satisfies never });",
  ),
  nestedOneOf: all(
    before(/^import \{ oneOf/, own.import),
    append('', 'export const onCall = oneOf({', '  page_me: pageMe,', '});'),
  ),
  typeAbove: before(
    /^export type NextStep/,
    'type Odd = { [K in `${string}}) {`]?: never };',
    'export type Odds = Odd;',
  ),
  caseInComment: before(
    /^ {2}switch/,
    "  // case 'refund':",
    '  //   return refund.action(step);',
    '  /* oneOf({ note, */',
  ),
  templateText: append(
    '',
    'export const help = `',
    "    case 'refund':",
    '      return refund.action(step);',
    '});',
    '`;',
  ),
  ifBefore: before(
    /^ {2}switch/,
    "  if (step.intent === 'done_for_now') return { awaits: 'nothing' };",
  ),
  arrow: all(
    change(
      /^function actionFor\(step: NextStep\): Action \{/,
      'const actionFor = (step: NextStep): Action => {',
    ),
  ),
  oneLineCase: onCase((_, label, lines) => {
    const [line = '', body = ''] = lines.slice(label, label + 2);
    return body.endsWith(';') ? lines.toSpliced(label, 2, `${line} ${body.trim()}`) : undefined;
  }),
  oneLineEntries: (lines) => {
    const open = at(lines, /oneOf\(\{$/);
    const [first = '', second = ''] = lines.slice(open + 1, open + 3);
    return second.startsWith('  ')
      ? lines.toSpliced(open + 1, 2, `${first} ${second.trim()}`)
      : undefined;
  },
  collapse: (lines) => {
    const [open, close] = [at(lines, /oneOf\(\{$/), at(lines, /^\}\);$/)];
    if (open < 0 || close < 0) return undefined;
    const entries = lines.slice(open + 1, close).map((line) => line.trim());
    return entries.some((line) => line.includes('//'))
      ? undefined
      : lines.toSpliced(open, close - open + 1, `${lines[open]} ${entries.join(' ')} });`);
  },
  reverseEntries: (lines) => {
    const [open, close] = [at(lines, /oneOf\(\{$/), at(lines, /^\}\);$/)];
    const entries = lines.slice(open + 1, close);
    return entries.every((line) => line.endsWith(','))
      ? [...lines.slice(0, open + 1), ...entries.toReversed(), ...lines.slice(close)]
      : undefined;
  },
  blankLines: (lines) => lines.flatMap((line) => (/^ {4}case/.test(line) ? ['', line] : [line])),
  commentedOut: onCase((key, label, lines) =>
    lines
      .with(label, `    // ${lines[label]?.trim()}`)
      .with(label + 1, `    // ${lines[label + 1]?.trim()}`)
      .map((line) => (new RegExp(`^  ${key}\\b`).test(line) ? `  // ${line.trim()}` : line)),
  ),
  readyMade: (lines) => {
    if (lines.some((line) => line.includes('refund'))) return undefined;
    const done = all(
      before(/^import \{ oneOf/, "import { refund } from './tools/refund.ts';"),
      before(/^\}\);$/, '  refund,'),
      before(/^ {4}default:/, "    case 'refund':", '      return refund.action(step);'),
    );
    return done(lines, ([one]) => one);
  },
  halfReady: (lines) => {
    if (lines.some((line) => line.includes('refund'))) return undefined;
    return all(
      before(/^import \{ oneOf/, "import { refund } from './tools/refund.ts';"),
      append('', 'console.log(refund);'),
    )(lines, ([one]) => one);
  },
  stepShadow: all(
    (lines) =>
      lines.map((line) =>
        /^function|^ {2}switch|^ {6}/.test(line) ? line.replaceAll(/\bstep\b/g, 'next') : line,
      ),
    append('', 'export function show(step: NextStep): string {', '  return step.intent;', '}'),
  ),
  renameFunction: rename(/\bactionFor\b(?! ?\})/, 'meaningOf'),
  renameSchema: rename(/\bnextStep\b/, 'steps'),
  renameStep: (lines) =>
    lines.map((line) =>
      /^function|^ {2}switch|^ {6}/.test(line)
        ? line.replaceAll(/\bstep\b(?!:? ?\w+ proposes)/g, 'next')
        : line,
    ),
  extract: (lines) => {
    const [open, close] = [at(lines, /oneOf\(\{$/), at(lines, /^\}\);$/)];
    if (open < 0 || close < 0) return undefined;
    return lines
      .with(close, '};')
      .toSpliced(close + 1, 0, 'export const nextStep = oneOf(all);')
      .with(open, 'const all = {');
  },
};
