import type { Node, ObjectExpression, Program } from '@babel/types';
import {
  callsOf,
  constantsOf,
  exportedName,
  keyOf,
  namedImports,
  objectOf,
  takenOut,
  unwrap,
} from './syntax.ts';

/** The union of next steps. `complete` is false if a spread or a computed key may add others. */
export type Union = { readonly steps: readonly Step[]; readonly complete: boolean };

type Step = { readonly intent: string; readonly value: Node };

type Option = 'set' | 'missing' | 'unknown';

/**
 * A call of `tool({...})`. `name` is the constant that holds its result; `line` counts from 1.
 * `onUnknownOutcome` and `longRunning` tell whether the call sets these options. `isPending`: the
 * tool, or a function beside the tools of its file, calls `pending()`.
 */
export type Definition = {
  readonly name: string | undefined;
  readonly line: number;
  readonly onUnknownOutcome: Option;
  readonly longRunning: Option;
  readonly isPending: boolean;
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
  const calls = callsOf('tool', 'tool', program);
  const waiting = callsOf('pending', 'tool', program);
  const isOutside = waiting.some((pending) => !calls.some((call) => isWithin(pending, call)));
  return calls.map((call) => {
    const [first] = call.arguments;
    const object = first && objectOf(first, program);
    const read = (name: string) => (object ? readOption(object, name) : 'unknown');
    return {
      name: names.get(call),
      line: call.loc?.start.line ?? 1,
      onUnknownOutcome: read('onUnknownOutcome'),
      longRunning: read('longRunning'),
      isPending: isOutside || waiting.some((pending) => isWithin(pending, call)),
    };
  });
}

/** Functions that return a tool, or a tool and more, each with the name of its file. */
const makers = [
  ['tool', 'tool'],
  ['many', 'many'],
  ['delegateTo', 'delegate'],
  ['planOf', 'plan'],
] as const;

/** Returns the constants of a file that hold a tool. */
export function toolNamesIn(program: Program): readonly string[] {
  const calls: readonly Node[] = makers.flatMap(([name, file]) => callsOf(name, file, program));
  const constants = [...constantsOf(program), ...takenOut('runPlan', program)];
  return constants.filter(([, value]) => calls.includes(unwrap(value))).map(([name]) => name);
}

function isWithin(inner: Node, outer: Node): boolean {
  return (inner.start ?? 0) >= (outer.start ?? 0) && (inner.end ?? 0) <= (outer.end ?? 0);
}

function readOption(object: ObjectExpression, name: string): Option {
  const { entries, complete } = entriesOf(object);
  const entry = entries.find(([key]) => key === name);
  if (entry) return isFalse(entry[1]) ? 'missing' : 'set';
  return complete ? 'missing' : 'unknown';
}

function isFalse(value: Node): boolean {
  return value.type === 'BooleanLiteral' && !value.value;
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
