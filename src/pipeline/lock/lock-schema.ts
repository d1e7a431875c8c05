import semver from 'semver';
import * as z from 'zod/mini';
import { componentName, wireSchema } from '../registry/manifest-schema.ts';
import { pathProblem, protectedProblem } from '../text/safe-path.ts';

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/, 'must be a sha256'));
const entries = z.record(z.string(), z.string());
const toolVersion = z
  .string()
  .check(z.refine((version) => semver.valid(version) !== null, 'must be a version'));

const relativePath = z
  .string()
  .check(z.refine((path) => pathProblem(path) === undefined, 'must be a plain path'));
// A cloned repo may have a malicious lock file: it must not make the tool write or delete just any
// file.
const writablePath = relativePath.check(
  z.refine((path) => protectedProblem(path) === undefined, 'must not be a protected path'),
);

const lockedComponent = z.strictObject({
  source: z.string(),
  version: z.string(),
  hash: sha256,
  requestedBy: z.string(),
});

const lockedFile = z.strictObject({
  owner: componentName,
  role: z.enum(['source', 'test', 'seed', 'rendered']),
  base: sha256,
  written: sha256,
  taken: z.exactOptional(sha256),
  refused: z.exactOptional(z.strictObject({ hunks: z.number(), mine: sha256 })),
  unmerged: z.exactOptional(z.boolean()),
  conflicted: z.exactOptional(z.boolean()),
  declined: z.exactOptional(z.boolean()),
});

const contributed = z.strictObject({
  dependencies: entries,
  devDependencies: entries,
  scripts: entries,
  env: entries,
  gitignore: z.array(z.string()),
  files: z.array(relativePath),
  sections: z.array(z.enum(['scripts', 'dependencies', 'devDependencies'])),
});

/** The schema of `.12-factor/lock.json`. */
export const lockSchema = z.strictObject({
  format: z.literal(1),
  tool: toolVersion,
  dir: writablePath,
  template: z.exactOptional(componentName),
  tests: z.union([z.boolean(), z.literal('all')]),
  slots: z.record(z.string(), componentName),
  models: z.exactOptional(z.array(componentName)),
  components: z.record(componentName, lockedComponent),
  wires: z.record(componentName, z.array(wireSchema)),
  contributed,
  files: z.record(writablePath, lockedFile),
});

/** The schema of `12-factor.json`. */
export const configSchema = z.strictObject({
  $schema: z.exactOptional(z.string()),
  dir: relativePath,
  registries: z._default(entries, {}),
});
