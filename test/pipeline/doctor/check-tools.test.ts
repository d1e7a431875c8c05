import { describe, expect, it } from 'vitest';
import { checkTools } from '../../../src/pipeline/doctor/check-tools.ts';

const sources = (files: Readonly<Record<string, string>>) =>
  new Map(Object.entries(files).map(([path, text]) => [`src/agent/${path}`, text]));

/** Findings as `level what | about`. */
function said(files: Readonly<Record<string, string>>): readonly string[] {
  return checkTools('src/agent', sources(files)).map(
    ({ level, what, about }) => `${level} ${what}${about === undefined ? '' : ` | ${about}`}`,
  );
}

const tools = (steps: string, body: string) => `
import { deploy } from './tools/deploy.ts';
import { doneForNow } from './tools/done_for_now.ts';
import { oneOf, type Action, type Tools } from './tool.ts';

export const nextStep = oneOf(${steps});

function actionFor(step: NextStep): Action {
  ${body}
}
export const tools: Tools<NextStep> = { schema: nextStep, actionFor };
`;
const both = '{ deploy, done_for_now: doneForNow }';
const impossible = 'default: return step satisfies never;';
const deployCase = `case 'deploy': return deploy.action(step);`;
const doneCase = `case 'done_for_now': return doneForNow;`;
const every = `switch (step.intent) { ${deployCase} ${doneCase} ${impossible} }`;
const only = (rest: string) => `switch (step.intent) { ${doneCase} ${rest} }`;
const good = 'ok every intent in tools.ts has a case';
const lost =
  'fail deploy has no case in src/agent/tools.ts | ' +
  'the switch in actionFor needs one for each intent';
const unclear =
  'warn cannot tell whether deploy has a case | ' +
  'src/agent/tools.ts does not decide by one switch alone';
const elsewhere =
  'warn cannot read the cases in src/agent/tools.ts | it needs exactly one switch over step.intent';
const noUnion =
  'warn cannot read the intents in src/agent/tools.ts | it needs exactly one oneOf({ ... })';
const spread =
  'warn cannot read some intents in src/agent/tools.ts | there is a spread or a computed key';

describe('the switch over the intents', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['as we write it', both, every, [good]],
    ['a case less', both, only(impossible), [lost]],
    ['a case less, and nothing by default', both, only(''), [lost]],
    ['a default that throws', both, only('default: throw new Error(step.intent);'), [lost]],
    ['a default that asserts', both, only('default: return assertNever(step);'), [lost]],
    [
      'a default with a never of its own',
      both,
      only('default: { const none: never = step; return none; }'),
      [lost],
    ],
    [
      'a default that acts',
      both,
      only('default: return byIntent[step.intent].action(step);'),
      [good],
    ],
    [
      'a default that falls into a case',
      both,
      `switch (step.intent) { default: ${doneCase} }`,
      [good],
    ],
    ['an impossible return after it', both, `${only('')} return step satisfies never;`, [lost]],
    ['a return after it', both, `${only('')} return deploy.action(step);`, [unclear]],
    [
      'an if before it',
      both,
      `if (step.intent === 'deploy') return deploy.action(step); ${only(impossible)}`,
      [good],
    ],
    [
      'a table before it',
      both,
      `const a = table[step.intent]; if (a) return a; ${only(impossible)}`,
      [unclear],
    ],
    [
      'a case by a constant',
      both,
      only(`case DEPLOY: return deploy.action(step); ${impossible}`),
      [unclear],
    ],
    ['a case by a template', both, only('case `deploy`: return deploy.action(step);'), [good]],
    [
      'cases together',
      both,
      `switch (step.intent) { case "deploy": case "done_for_now": return x; }`,
      [good],
    ],
    [
      'a destructured intent',
      both,
      `const { intent } = step; ${every.replace('step.intent', 'intent')}`,
      [good],
    ],
    [
      'an intent in brackets',
      both,
      every.replace('step.intent', `(step as NextStep)['intent']`),
      [good],
    ],
    ['a table instead', both, 'return table[step.intent](step);', [elsewhere]],
    [
      'another switch in it',
      both,
      every.replace('return deploy', `switch (step.to) { case 'x': return y; } return deploy`),
      [good],
    ],
    ['a function in it', both, `const f = () => { return 1; }; ${only(impossible)}`, [lost]],
  ])('%s', (_, steps, body, findings) => {
    expect(said({ 'tools.ts': tools(steps, body) })).toEqual(findings);
  });

  it.each([
    ['a const', 'const actionFor = (step: NextStep): Action => {', '};'],
    ['a method', 'const all = { actionFor(step: NextStep): Action {', '} };'],
    ['a property', 'const all = { actionFor: (step: NextStep) => {', '} };'],
    ['a class', 'class All { actionFor(step: NextStep) {', '} }'],
    ['a wrapped function', 'const actionFor = logged((step) => {', '});'],
  ])('is found in %s, whatever other functions do', (_, start, end) => {
    const [before = ''] = tools(both, '').split('function actionFor');
    const label = 'function label(step: NextStep) { switch (step.intent) { default: return 1; } }';
    expect(said({ 'tools.ts': `${before}${start} ${only(impossible)} ${end}\n${label}` })).toEqual([
      lost,
    ]);
  });

  it('is the only one, in a function of another name', () => {
    expect(
      said({ 'tools.ts': tools(both, only(impossible)).replaceAll('actionFor', 'dispatch') }),
    ).toEqual([lost]);
  });

  it('cannot be told among two of other names', () => {
    const text = tools(both, every).replaceAll('actionFor', 'dispatch');
    const label = 'function label(step: NextStep) { switch (step.intent) { default: return 1; } }';
    expect(said({ 'tools.ts': text + label })).toEqual([elsewhere]);
  });
});

describe('the union', () => {
  it.each<[string, string, readonly string[]]>([
    ['quoted keys', `{ 'deploy': deploy, "done_for_now": doneForNow }`, [good]],
    [
      'a constant of the file',
      'steps); const steps = ({ deploy, done_for_now: doneForNow } as const',
      [good],
    ],
    ['types around it', '{ deploy, done_for_now: doneForNow } satisfies Steps', [good]],
    ['a computed key with a text', `{ ['deploy']: deploy, done_for_now: doneForNow }`, [good]],
    ['a spread', '{ ...more, done_for_now: doneForNow }', [spread]],
    ['a computed key', '{ [name]: deploy, done_for_now: doneForNow }', [spread]],
    ['an import', 'steps', [noUnion]],
    ['two of them', `${both}); const other = oneOf(${both}`, [noUnion]],
    [
      'an intent less',
      '{ done_for_now: doneForNow }',
      [
        'fail deploy has a case in src/agent/tools.ts, ' +
          'but no tool | add its tool to oneOf({ ... }) there, or take the case out',
      ],
    ],
  ])('%s', (_, steps, findings) => {
    expect(said({ 'tools.ts': tools(steps, every) })).toEqual(findings);
  });

  it.each([
    [`import { oneOf } from './tool.js';`, [good]],
    [`import { oneOf } from '@/agent/tool';`, [good]],
    [`import { oneOf as union } from './tool';`, [good]],
    [`import { oneOf } from 'some-library';`, [noUnion]],
  ])('by %s', (line, findings) => {
    const text = tools(both, every).replace(/import \{ oneOf.*/, line);
    expect(
      said({ 'tools.ts': line.includes('union') ? text.replace('= oneOf', '= union') : text }),
    ).toEqual(findings);
  });

  it('is read with a byte order mark and Windows line endings', () => {
    const text = `\uFEFF${tools(both, every)}`.replaceAll('\n', '\r\n');
    expect(said({ 'tools.ts': text })).toEqual([good]);
  });
});

const tool = (fields: string) =>
  `import { tool } from '../tool.ts';\n\nexport const deploy = tool({ schema, ${fields} });\n`;
const silent =
  'fail deploy does not set onUnknownOutcome | ' +
  "src/agent/tools/deploy.ts:3: set it to 'retry' or 'ask_human'";
const unread =
  'warn cannot tell whether deploy sets onUnknownOutcome | ' +
  'src/agent/tools/deploy.ts:3: a spread or a computed key';
const allSay = 'ok every tool sets onUnknownOutcome';

describe('a tool', () => {
  it.each<[string, string, readonly string[]]>([
    ['that retries', tool(`onUnknownOutcome: 'retry', run`), [allSay]],
    ['that asks', tool(`"onUnknownOutcome": "ask_human",\n async run() {},`), [allSay]],
    ['that names it', tool('onUnknownOutcome, run'), [allSay]],
    ['that says it before a spread', tool(`onUnknownOutcome: 'retry', ...rest`), [allSay]],
    ['that says nothing', tool('run: async () => 1'), [silent]],
    ['that says it elsewhere', tool(`run: async () => ({ onUnknownOutcome: 'retry' })`), [silent]],
    ['with a spread', tool('...defaults'), [unread]],
    ['with a computed key', tool(`[key]: 'retry'`), [unread]],
    [
      'given as a constant',
      tool('x').replace(/tool\(\{.*/, 'tool(how);\nconst how = { run };'),
      [silent],
    ],
    ['made elsewhere', tool('x').replace(/tool\(\{.*/, 'tool(how());'), [unread]],
    ['of a library', tool('run').replace('../tool.ts', 'ai'), []],
    [
      'under another name',
      tool('run').replace('{ tool }', '{ tool as make }').replace('= tool', '= make'),
      [silent],
    ],
    [
      'with types around it',
      tool('run').replace('tool({', '<Tool<Deploy>>tool<Deploy>({'),
      [silent],
    ],
    [
      'with decorators of parameters in the file',
      `${tool('run')}class A { constructor(@In() private b: B) {} }`,
      [silent],
    ],
    [
      'with decorators after an export in the file',
      `${tool('run')}export @logged class A {}`,
      [silent],
    ],
    [
      'with decorators and using in the file',
      `${tool('run')}@logged class A { accessor b = 1 }\nusing c = d();`,
      [silent],
    ],
  ])('%s', (_, text, findings) => {
    expect(said({ 'tools/deploy.ts': text })).toEqual(findings);
  });

  const waits = (fields: string, more = '') =>
    tool(`onUnknownOutcome: 'retry', ${fields}`)
      .replace('{ tool }', '{ pending, tool }')
      .concat(more);
  const undeclared =
    'fail deploy uses pending() and does not set longRunning | ' +
    'src/agent/tools/deploy.ts:3: set it to true: else no report of the outcome is taken';
  const untold =
    'warn cannot tell whether deploy sets longRunning | ' +
    'src/agent/tools/deploy.ts:3: without it, no report of the outcome is taken';
  it.each<[string, string, readonly string[]]>([
    ['declared', waits('longRunning: true, run: async () => pending(1)'), [allSay]],
    ['undeclared', waits('run: async () => pending(1)'), [allSay, undeclared]],
    ['undone', waits('longRunning: false, run: async () => pending(1)'), [allSay, undeclared]],
    ['in a method', waits('async run() { if (x) return pending(1); }'), [allSay, undeclared]],
    [
      'in a function',
      waits('run', 'async function run() { return pending(1) }'),
      [allSay, undeclared],
    ],
    ['perhaps declared', waits('run: () => pending(1), ...rest'), [allSay, untold]],
    ['not used', waits('run: async () => 1'), [allSay]],
    [
      'of a library',
      `${tool("onUnknownOutcome: 'retry', run: () => pending(1)")}import { pending } from 'x';`,
      [allSay],
    ],
  ])('that returns pending(), %s', (_, text, findings) => {
    expect(said({ 'tools/deploy.ts': text })).toEqual(findings);
  });

  it('without a name is known by its line', () => {
    const text = `import { tool } from '../tool.ts';\nexport const all = [tool({ run })];`;
    expect(said({ 'tools/deploy.ts': text })).toEqual([
      'fail a tool does not set onUnknownOutcome | ' +
        "src/agent/tools/deploy.ts:2: set it to 'retry' or 'ask_human'",
    ]);
  });

  it('may stand in tools.ts', () => {
    const text = tools('{ deploy: tool({ run }), done_for_now: doneForNow }', every).replace(
      '{ oneOf',
      '{ tool, oneOf',
    );
    expect(said({ 'tools.ts': text })).toEqual([
      good,
      'fail a tool does not set onUnknownOutcome | ' +
        "src/agent/tools.ts:6: set it to 'retry' or 'ask_human'",
    ]);
  });
});

describe('a file that is no TypeScript', () => {
  it('is named with its line, and the others are checked', () => {
    const files = {
      'tools.ts': tools(both, every),
      'tools/deploy.ts': 'export const deploy = {\n  a: 1\n  b: 2\n};\n',
    };
    expect(said(files)).toEqual([
      good,
      'fail src/agent/tools/deploy.ts:3 is not valid TypeScript | Unexpected token, expected ","',
    ]);
  });

  it('is left to its conflict markers', () => {
    const text = `<<<<<<< yours\na\n||||||| base\n=======\nb\n>>>>>>> upstream\n`;
    expect(said({ 'tools.ts': text })).toEqual([]);
  });
});

it('nothing is said where there are no tools', () => {
  expect(said({})).toEqual([]);
});

const policy = (body: string, before = '') => `
${before}
export const policy: Policy<NextStep> = {
  needsApproval(step) { ${body} },
  approvers: [],
};`;
const asks = 'warn deploy has no approval rule | src/agent/policy.ts: a person is asked each time';
const runs = 'warn deploy has no approval rule | src/agent/policy.ts: it runs without approval';
const ask = `default: return { ask: \`no rule for \${step.intent} yet\` };`;

describe('a tool without an approval rule', () => {
  it.each<[string, string, readonly string[]]>([
    ['waits for a person', policy(`switch (step.intent) { ${ask} }`), [asks]],
    ['runs', policy(`switch (step.intent) { default: { return 'run'; } }`), [runs]],
    ['has one', policy(`switch (step.intent) { case 'deploy': return 'run'; ${ask} }`), []],
    [
      'has one in an if',
      policy(`if (step.intent === 'deploy') return 'run'; switch (step.intent) { ${ask} }`),
      [],
    ],
    [
      'is in a list',
      policy(`switch (step.intent) { ${ask} }`, `const free = new Set(['deploy']);`),
      [],
    ],
    [
      'is perhaps seen to before',
      policy(`if (isFree(step)) return 'run'; switch (step.intent) { ${ask} }`),
      [],
    ],
    [
      'is perhaps seen to in the default case',
      policy(
        'switch (step.intent) { ' +
          `${ask.replace('return', `if (isFree(step)) return 'run'; return`)} }`,
      ),
      [],
    ],
    [
      'is perhaps seen to by default',
      policy('switch (step.intent) { default: return rule(step); }'),
      [],
    ],
    ['is seen to without a switch', policy('return rules[step.intent](step);'), []],
  ])('%s', (_, text, findings) => {
    const files = {
      'tools.ts': tools(both, every),
      'tools/deploy.ts': tool(`onUnknownOutcome: 'retry', run`),
      'tools/done_for_now.ts': `export const doneForNow = { awaits: 'message' as const, schema };`,
      'policy.ts': text,
    };
    expect(said(files)).toEqual([`${good}; every tool sets onUnknownOutcome`, ...findings]);
  });

  it.each([
    [
      'runs several others',
      "import { many } from '../many/many.ts'; export const deploy = many({ look });",
    ],
    [
      'gives tasks to other agents',
      "import { delegateTo } from '../delegate/delegate.ts'; " +
        "export const deploy = delegateTo({ helper: 'helps' });",
    ],
    [
      'runs a plan',
      "import { planOf } from '../plan/plan.ts'; " +
        'export const { runPlan: deploy, planAgent } = planOf({ wait });',
    ],
  ])('is also one that %s', (_, text) => {
    const files = {
      'tools.ts': tools(both, every),
      'tools/deploy.ts': text,
      'policy.ts': policy(`switch (step.intent) { ${ask} }`),
    };
    expect(said(files)).toEqual([good, asks]);
  });
});
