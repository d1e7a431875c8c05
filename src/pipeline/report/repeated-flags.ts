import { type Answers, defaults } from '../resolve/questions.ts';
import { quoted } from '../text/quote.ts';

/** The options of `create` that the closing note repeats. */
export type RepeatableFlags = {
  readonly store?: string | undefined;
  readonly with?: readonly string[] | undefined;
  readonly pm?: string | undefined;
  readonly allTests: boolean;
  readonly install: boolean;
  readonly git: boolean;
  /** Relative to the user's folder; `undefined` for that folder. */
  readonly cwd?: string | undefined;
  readonly registry?: string | undefined;
};

/** Returns the arguments of `create` that give the same project without questions. */
export function repeatedFlags(
  { dir, template, model }: Answers,
  { store, with: components, allTests, pm, install, git, cwd, registry }: RepeatableFlags,
): readonly string[] {
  const flags = [
    quoted(dir),
    ...option('template', template, defaults.template),
    ...option('model', model),
    ...option('store', store),
    ...option('with', components?.join(',')),
    ...option('pm', pm),
    ...option('cwd', cwd),
    ...option('registry', registry),
  ];
  if (allTests) flags.push('--all-tests');
  if (!install) flags.push('--no-install');
  if (!git) flags.push('--no-git');
  return [...flags, '--yes'];
}

/** Returns an option with its value; nothing for the default. */
function option(name: string, value: string | undefined, byDefault?: string): readonly string[] {
  if (value === undefined || value === byDefault) return [];
  return [`--${name}`, quoted(value)];
}
