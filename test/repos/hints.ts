import { applyEdits, modify, parse } from 'jsonc-parser';

/** A setting of a tsconfig that the tool asks for, as it prints it. */
export type Hint = {
  readonly file: string;
  readonly option: string;
  /** The value to set, or one to add to the list that is there. */
  readonly change: { readonly set: unknown } | { readonly add: unknown };
};

const line = /^(\S*tsconfig\S*\.json): (.+)$/gm;
const grammar = [
  /^set "(?<option>\w+)" to (?<value>\[[^\]]*\]|"[^"]*"|true|false)/,
  /^add (?<value>"[^"]*")[^"]* to "(?<option>\w+)"/,
];

/** Reads the hints in what the tool printed. `unread` are those that a person would need. */
export function readHints(output: string): {
  readonly hints: readonly Hint[];
  readonly unread: readonly string[];
} {
  const lines = [...output.matchAll(line)].map(([whole, file = '', text = '']) => ({
    whole,
    hint: readHint(file, text),
  }));
  return {
    hints: lines.flatMap(({ hint }) => hint ?? []),
    unread: lines.flatMap(({ hint, whole }) => (hint === undefined ? [whole] : [])),
  };
}

function readHint(file: string, text: string): Hint | undefined {
  for (const [at, form] of grammar.entries()) {
    const { option, value } = form.exec(text)?.groups ?? {};
    if (option === undefined || value === undefined) continue;
    const read = JSON.parse(value) as unknown;
    return { file, option, change: at === 0 ? { set: read } : { add: read } };
  }
  return undefined;
}

const topLevel = ['include', 'exclude', 'files'];

/** Makes the change that a hint asks for in the text of a tsconfig. */
export function applyHint(tsconfig: string, { option, change }: Hint): string {
  const path = topLevel.includes(option) ? [option] : ['compilerOptions', option];
  const root = parse(tsconfig) as Record<string, Record<string, unknown> | undefined>;
  const present = topLevel.includes(option) ? root[option] : root['compilerOptions']?.[option];
  const list = Array.isArray(present) ? present : [];
  const value = 'set' in change ? change.set : [...list, change.add];
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  return applyEdits(tsconfig, modify(tsconfig, path, value, { formattingOptions }));
}
