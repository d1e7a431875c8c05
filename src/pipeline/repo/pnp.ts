import semver from 'semver';

/**
 * Returns the installed versions of the packages that a package may import, by the data in the
 * `.pnp.cjs` of Yarn. Running that file would run code of the repository. `location` is the folder
 * of the package, relative to the file. The version is empty where the data has none. Undefined if
 * the text has no such data.
 */
export function pnpVersions(
  text: string,
  location: string,
): Readonly<Record<string, string>> | undefined {
  const wanted = location === '' ? './' : `./${location}/`;
  const found = packagesIn(parseData(text)).find((one) => one.packageLocation === wanted);
  if (!found) return undefined;
  const versions = entriesOf(found.packageDependencies).flatMap(([name, reference]) =>
    // Null is a peer dependency that is missing.
    typeof name === 'string' && reference !== null ? [[name, versionOf(reference)]] : [],
  );
  return Object.fromEntries(versions) as Record<string, string>;
}

/** Parses `.pnp.data.json`, or the string in `.pnp.cjs` that has the same JSON. */
function parseData(text: string): unknown {
  const literal = /RAW_RUNTIME_STATE =\s*'((?:[^'\\]|\\[^])*)'/.exec(text)?.[1];
  // A backslash escapes a quote, a backslash, or the end of the line.
  const json = literal?.replaceAll(/\\([^])/g, '$1') ?? text;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** The data lists packages by name, and each of them by its versions. */
function packagesIn(data: unknown): readonly Fields[] {
  const byName = isObject(data) ? entriesOf(data.packageRegistryData) : [];
  return byName
    .flatMap(([, versions]) => entriesOf(versions).map(([, one]) => one))
    .filter(isObject);
}

function entriesOf(value: unknown): readonly (readonly unknown[])[] {
  return Array.isArray(value) ? value.filter((one) => Array.isArray(one)) : [];
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/**
 * Reads the version in a reference, such as `npm:4.6.7`, `virtual:3f2a#npm:1.0.0` or
 * `patch:typescript@npm%3A5.9.3#...`. Of a package under another name, the reference is an array.
 */
function versionOf(reference: unknown): string {
  const text = Array.isArray(reference) ? String(reference[1]) : String(reference);
  const version = /npm(?::|%3A)([^#&:]+)/.exec(text)?.[1];
  return semver.valid(version) ?? '';
}
