import type { Node, ObjectExpression, Program } from '@babel/types';
import {
  callsOf,
  constantsOf,
  exportedName,
  keyOf,
  namedImports,
  objectOf,
  unwrap,
} from './syntax.ts';

/** The union of next steps. `complete` is false if a spread or a computed key may add others. */
export type Union = { readonly steps: readonly Step[]; readonly complete: boolean };

type Step = { readonly intent: string; readonly value: Node };

/**
 * A call of `tool({...})`. `name` is the constant that holds its result; `line` counts from 1.
 * `onUnknownOutcome` is whether the call sets that option.
 */
export type Definition = {
  readonly name: string | undefined;
  readonly line: number;
  readonly onUnknownOutcome: 'set' | 'missing' | 'unknown';
};

/** Reads the `oneOf({...})` of a file. Returns `undefined` unless it has exactly one. */
export function findUnion(program: Program): Union | undefined {
  const [call, ...others] = callsOf('oneOf', 'tool', program);
  const [first] = call?.arguments ?? [];
  if (!first || others.length > 0) return undefined;
  const object = objectOf(first, program);
  if (!object) return undefined;
  const { entries, complete } = entriesOf(object);
  return { steps: entries.map(([intent, value]) => ({ intent, value })), complete };
}

/** Finds every `tool({...})` of a file. */
export function findDefinitions(program: Program): readonly Definition[] {
  const names = new Map([...constantsOf(program)].map(([name, value]) => [unwrap(value), name]));
  return callsOf('tool', 'tool', program).map((call) => {
    const [first] = call.arguments;
    const object = first && objectOf(first, program);
    return {
      name: names.get(call),
      line: call.loc?.start.line ?? 1,
      onUnknownOutcome: object ? readOption(object) : 'unknown',
    };
  });
}

function readOption(object: ObjectExpression): Definition['onUnknownOutcome'] {
  const { entries, complete } = entriesOf(object);
  if (entries.some(([key]) => key === 'onUnknownOutcome')) return 'set';
  return complete ? 'missing' : 'unknown';
}

/**
 * Returns the intents of the union that stand for a tool: their value is a call of `tool`, or a
 * constant with one of the `toolNames`.
 */
export function toolIntents(
  { steps }: Union,
  toolNames: ReadonlySet<string>,
  program: Program,
): readonly string[] {
  const calls: readonly Node[] = callsOf('tool', 'tool', program);
  const exportedNames = new Map(
    namedImports(program).map((one) => [one.local.name, exportedName(one)]),
  );
  const isTool = (value: Node): boolean => {
    const inner = unwrap(value);
    if (inner.type !== 'Identifier') return calls.includes(inner);
    return toolNames.has(exportedNames.get(inner.name) ?? inner.name);
  };
  return steps.filter(({ value }) => isTool(value)).map(({ intent }) => intent);
}

/** Returns the entries of an object with readable keys. `complete`: it has no others. */
function entriesOf(object: ObjectExpression): {
  readonly entries: readonly (readonly [string, Node])[];
  readonly complete: boolean;
} {
  const entries: (readonly [string, Node])[] = [];
  for (const property of object.properties) {
    if (property.type === 'SpreadElement') continue;
    const key = keyOf(property);
    const value = property.type === 'ObjectProperty' ? property.value : property;
    if (key !== undefined) entries.push([key, value]);
  }
  return { entries, complete: entries.length === object.properties.length };
}
