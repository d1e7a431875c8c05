import type { Node, ObjectExpression, Program } from '@babel/types';
import { callsOf, constantsOf, bare, keyOf, objectOf } from './syntax.ts';

/** The union of next steps; `whole` is false where a spread or a computed key may hold more. */
export type Union = { readonly steps: readonly Step[]; readonly whole: boolean };

type Step = { readonly intent: string; readonly value: Node };

/** What one `tool({...})` says of a crash; `name` is the constant that it is given to, `line` counts from 1. */
export type Definition = {
  readonly name: string | undefined;
  readonly line: number;
  readonly crash: 'said' | 'unsaid' | 'unknown';
};

/** The one `oneOf({...})` of a file; `undefined` where there is none, or none that can be read. */
export function unionIn(program: Program): Union | undefined {
  const [call, ...others] = callsOf('oneOf', 'tool', program);
  const [first] = call?.arguments ?? [];
  const object = first && others.length === 0 ? objectOf(first, program) : undefined;
  if (!object) return undefined;
  const { entries, whole } = entriesOf(object);
  return { steps: entries.map(([intent, value]) => ({ intent, value })), whole };
}

/** Every `tool({...})` of a file. */
export function definitionsIn(program: Program): readonly Definition[] {
  const names = new Map([...constantsOf(program)].map(([name, value]) => [bare(value), name]));
  return callsOf('tool', 'tool', program).map((call) => {
    const [first] = call.arguments;
    const object = first && objectOf(first, program);
    return {
      name: names.get(call),
      line: call.loc?.start.line ?? 1,
      crash: object ? crashIn(object) : 'unknown',
    };
  });
}

/** Of the union's intents those that stand for a tool, as far as their values name one of `definitions`, or are one. */
export function toolIntents(
  { steps }: Union,
  definitions: ReadonlySet<string>,
  program: Program,
): readonly string[] {
  const imported = new Map(
    program.body
      .flatMap((one) => (one.type === 'ImportDeclaration' ? one.specifiers : []))
      .flatMap((one) =>
        one.type === 'ImportSpecifier'
          ? [
              [
                one.local.name,
                one.imported.type === 'Identifier' ? one.imported.name : one.imported.value,
              ] as const,
            ]
          : [],
      ),
  );
  const calls: readonly Node[] = callsOf('tool', 'tool', program);
  const isTool = (value: Node): boolean => {
    const inner = bare(value);
    if (inner.type !== 'Identifier') return calls.includes(inner);
    return definitions.has(imported.get(inner.name) ?? inner.name);
  };
  return steps.filter(({ value }) => isTool(value)).map(({ intent }) => intent);
}

function crashIn(object: ObjectExpression): Definition['crash'] {
  const { entries, whole } = entriesOf(object);
  if (entries.some(([key]) => key === 'onUnknownOutcome')) return 'said';
  return whole ? 'unsaid' : 'unknown';
}

/** What an object has by keys that can be read; `whole` says that this is all. */
function entriesOf(object: ObjectExpression): {
  entries: readonly (readonly [string, Node])[];
  whole: boolean;
} {
  const entries = object.properties.flatMap((property) => {
    const key = property.type === 'SpreadElement' ? undefined : keyOf(property);
    if (key === undefined || property.type === 'SpreadElement') return [];
    return [[key, property.type === 'ObjectProperty' ? property.value : property] as const];
  });
  return { entries, whole: entries.length === object.properties.length };
}
