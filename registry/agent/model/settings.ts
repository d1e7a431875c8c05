/** The variables of a process, `process.env` say. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What an adapter needs to know; `effort` is how much a model should think, in its provider's own words. */
export type Settings = {
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly model?: string | undefined;
  readonly effort?: string | undefined;
};

const suffixes = { baseUrl: 'BASE_URL', apiKey: 'API_KEY', model: 'MODEL', effort: 'EFFORT' } as const;

/** The variable of a setting: `ANTHROPIC_API_KEY`, say. */
export const variable = (prefix: string, name: keyof Settings): string => `${prefix}_${suffixes[name]}`;

/** A variable of the environment. An empty one counts as unset. */
export const setting = (env: Env, name: string): string | undefined => env[name]?.trim() || undefined;

/** What is set in code, else in the environment, else by default. */
export function settingsOf(prefix: string, options: Settings, env: Env, defaults: Settings): Settings {
  const valueOf = (name: keyof Settings) => options[name] ?? setting(env, variable(prefix, name)) ?? defaults[name];
  return { baseUrl: valueOf('baseUrl'), apiKey: valueOf('apiKey'), model: valueOf('model'), effort: valueOf('effort') };
}
