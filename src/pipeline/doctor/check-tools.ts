import type { Program } from '@babel/types';
import { conflictsIn } from '../text/conflict-markers.ts';
import { checkApprovals } from './check-approvals.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import { catchesAll, dispatchOf } from './intent-switches.ts';
import { parseSource } from './syntax.ts';
import { definitionsIn, type Union, unionIn } from './tool-definitions.ts';

/**
 * Checks the tools of an agent by the texts of its `tools.ts`, its `policy.ts` and everything under `tools/`, by path
 * from the root. Nothing is said of a repo without them; what cannot be read for certain never fails.
 */
export function checkTools(dir: string, sources: ReadonlyMap<string, string>): readonly Finding[] {
  const readable = [...sources].filter(([, text]) => conflictsIn(text).length === 0);
  const parsed = readable.map(([path, text]) => ({ path, file: parseSource(text) }));
  const broken = parsed.flatMap(({ path, file }) =>
    file.kind === 'broken' ? [fail(`${path}:${file.line} is not valid TypeScript`, file.why)] : [],
  );
  const programs = new Map(
    parsed.flatMap(({ path, file }) => (file.kind === 'parsed' ? [[path, file.program]] : [])),
  );
  const definers = [...programs].filter(([path]) => path !== `${dir}/policy.ts`);
  const definitions = definers.flatMap(([path, program]) =>
    definitionsIn(program).map((one) => ({ ...one, path })),
  );
  const crashes = definitions.flatMap(checkCrash);
  const tools = programs.get(`${dir}/tools.ts`);
  const union = tools && unionIn(tools);
  const intents = tools ? checkIntents(`${dir}/tools.ts`, tools, union) : [];
  const good = [
    ...(tools && intents.length === 0 ? ['every intent in tools.ts has a case'] : []),
    ...(definitions.length > 0 && crashes.length + broken.length === 0
      ? ['every tool says what a crash means']
      : []),
  ];
  const policy = programs.get(`${dir}/policy.ts`);
  const named = new Set(definitions.flatMap(({ name }) => name ?? []));
  const approvals =
    union && policy
      ? checkApprovals(`${dir}/policy.ts`, policy, { union, named, program: tools })
      : [];
  return [
    ...(good.length > 0 ? [ok(good.join('; '))] : []),
    ...broken,
    ...intents,
    ...crashes,
    ...approvals,
  ];
}

type Placed = ReturnType<typeof definitionsIn>[number] & { readonly path: string };

function checkCrash({ name = 'a tool', path, line, crash }: Placed): readonly Finding[] {
  if (crash === 'said') return [];
  if (crash === 'unknown')
    return [
      warn(
        `whether ${name} says what a crash means cannot be read`,
        `${path}:${line}: a spread or a computed key`,
      ),
    ];
  return [
    fail(`${name} does not say what a crash means`, `${path}:${line}: give it onUnknownOutcome`),
  ];
}

function checkIntents(
  path: string,
  program: Program,
  union: Union | undefined,
): readonly Finding[] {
  const dispatch = dispatchOf('actionFor', program);
  if (!union)
    return [warn(`the intents in ${path} cannot be read`, 'there is no one oneOf({ ... }) in it')];
  if (!dispatch)
    return [
      warn(`the cases in ${path} cannot be read`, 'there is no one switch over step.intent in it'),
    ];
  const intents = new Set(union.steps.map(({ intent }) => intent));
  const lost = catchesAll(dispatch)
    ? []
    : [...intents].filter((intent) => !dispatch.intents.has(intent));
  const stray = union.whole ? dispatch.cases.filter((intent) => !intents.has(intent)) : [];
  return [
    ...lost.map((intent) =>
      dispatch.whole
        ? fail(
            `${intent} has no case in ${path}`,
            'the switch in actionFor needs one for each intent',
          )
        : warn(
            `whether ${intent} has a case cannot be read`,
            `${path} does not leave it to one switch`,
          ),
    ),
    ...stray.map((intent) =>
      fail(`${intent} has a case in ${path}, but no intent`, 'add it to oneOf({ ... }) there'),
    ),
    ...(union.whole
      ? []
      : [warn(`some intents in ${path} cannot be read`, 'there is a spread or a computed key')]),
  ];
}
