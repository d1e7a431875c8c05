import type { Node, Program } from '@babel/types';
import { type Finding, warn } from './finding.ts';
import { type Dispatch, dispatchOf } from './intent-switches.ts';
import { bare, keyOf, nodesIn, textOf } from './syntax.ts';
import { toolIntents, type Union } from './tool-definitions.ts';

/** The union of next steps in its file, and the constants, wherever they are, that hold a tool. */
export type Stepped = {
  readonly union: Union;
  readonly named: ReadonlySet<string>;
  readonly program: Program;
};

/** Names the tools for which a policy has no rule of their own; says nothing where that cannot be told. */
export function checkApprovals(
  path: string,
  policy: Program,
  { union, named, program }: Stepped,
): readonly Finding[] {
  const dispatch = dispatchOf('needsApproval', policy);
  const otherwise = dispatch?.whole ? defaultOf(dispatch) : undefined;
  if (!otherwise) return [];
  // A rule may be a name in a list as well as a case.
  const mentioned = new Set(nodesIn(policy).map(textOf));
  return toolIntents(union, named, program)
    .filter((intent) => !mentioned.has(intent))
    .map((intent) => warn(`${intent} has no approval rule`, `${path}: ${otherwise}`));
}

function defaultOf({ fallback = [] }: Dispatch): string | undefined {
  const [first] = fallback;
  const statements =
    first?.type === 'BlockStatement' && fallback.length === 1 ? first.body : fallback;
  const [statement] = statements;
  return statement?.type === 'ReturnStatement' && statement.argument
    ? meaningOf(bare(statement.argument))
    : undefined;
}

function meaningOf(value: Node): string | undefined {
  if (textOf(value) === 'run') return 'it runs without one';
  const asks =
    value.type === 'ObjectExpression' &&
    value.properties.some((one) => one.type !== 'SpreadElement' && keyOf(one) === 'ask');
  return asks ? 'until it has one, a person is asked' : undefined;
}
