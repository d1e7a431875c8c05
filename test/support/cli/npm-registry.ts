import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import semver from 'semver';

const home = fileURLToPath(new URL('../../..', import.meta.url));

/** A package as it is published: its package.json, and the bytes of its tarball. */
type Packed = {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly bytes: Buffer;
};

/**
 * The newest version of a package that a project gets from this registry is the newest of this day.
 * What is published later has not been tried, and would fail these tests on a day without a change.
 */
const asOf = Date.parse('2026-11-20T00:00:00Z');

/** A package's metadata: the parts that this reads. */
type Metadata = {
  readonly 'dist-tags': Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, unknown>>;
  readonly time: Readonly<Record<string, string>>;
};

/**
 * A registry that has our package. It answers for all others as the configured registry did on the
 * day `asOf`, and redirects to it for their tarballs.
 */
export type NpmRegistry = {
  readonly url: string;
  /** The paths of our package that were requested. */
  readonly served: readonly string[];
  readonly close: () => Promise<void>;
};

/** Packs our package, as it is built now, into a folder. */
async function pack(folder: string): Promise<Packed> {
  const { stdout } = await execa(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    {
      cwd: home,
    },
  );
  const [packed] = Object.values<{ filename: string }>(JSON.parse(stdout));
  if (!packed) throw new Error(`npm packed nothing: ${stdout}`);
  const { stdout: packageJson } = await execa(
    'tar',
    ['-xzOf', packed.filename, 'package/package.json'],
    {
      cwd: folder,
    },
  );
  return {
    manifest: JSON.parse(packageJson),
    bytes: await readFile(join(folder, packed.filename)),
  };
}

/** Publishes our package, as it is built now, to a registry on this machine. */
export async function publish(): Promise<NpmRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'create-12-factor-agent-packed-'));
  const packed = await pack(folder).finally(() => rm(folder, { recursive: true, force: true }));
  const upstream = await configuredRegistry();
  const served: string[] = [];
  const known = new Map<string, Promise<object>>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/');
    const url = `http://${request.headers.host}`;
    const found = answer(path, packed, url);
    if (found !== undefined) {
      served.push(path);
      send(response, found);
      return;
    }
    const location = upstream + (request.url ?? '/').slice(1);
    const redirect = () => void response.writeHead(307, { location }).end();
    if (!isMetadata(path)) return redirect();
    const metadata = known.get(path) ?? fetchAsOf(location);
    known.set(path, metadata);
    // A failure is the configured registry's to report.
    metadata.then((found) => send(response, found), redirect);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, served, close: () => close(server) };
}

/** Whether a path is that of a package, as `/vite` and `/@types/node` are. */
function isMetadata(path: string): boolean {
  return /^\/(@[^/]+\/)?[^/@-][^/]*$/.test(path);
}

function send(response: ServerResponse, found: object | Buffer): void {
  const isTarball = Buffer.isBuffer(found);
  const type = isTarball ? 'application/octet-stream' : 'application/json';
  response.writeHead(200, { 'content-type': type }).end(isTarball ? found : JSON.stringify(found));
}

/** Fetches a package's metadata without the versions that were published after `asOf`. */
async function fetchAsOf(location: string): Promise<object> {
  const response = await fetch(location, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`${location} answers ${response.status}`);
  const metadata = (await response.json()) as Metadata;
  const { versions, time, 'dist-tags': tags } = metadata;
  const isOld = (version: string) => Date.parse(time[version] ?? '') <= asOf;
  const old = Object.fromEntries(Object.entries(versions).filter(([version]) => isOld(version)));
  const releases = Object.keys(old).filter((version) => !version.includes('-'));
  const newest = releases.toSorted(semver.rcompare)[0];
  const kept = Object.fromEntries(Object.entries(tags).filter(([, version]) => isOld(version)));
  const latest = kept['latest'] ?? newest;
  const distTags = latest === undefined ? kept : { ...kept, latest };
  return { ...metadata, versions: old, 'dist-tags': distTags };
}

/** Returns a registry's response for our package. Undefined for another package. */
function answer(
  path: string,
  { manifest, bytes }: Packed,
  url: string,
): object | Buffer | undefined {
  const { name, version } = manifest;
  const tarball = `/${name}/-/${name}-${version}.tgz`;
  if (path === tarball) return bytes;
  const digest = (algorithm: string) => createHash(algorithm).update(bytes);
  const dist = {
    tarball: url + tarball,
    integrity: `sha512-${digest('sha512').digest('base64')}`,
    shasum: digest('sha1').digest('hex'),
  };
  const one = { ...manifest, _id: `${name}@${version}`, dist };
  if (path === `/${name}/${version}` || path === `/${name}/latest`) return one;
  if (path !== `/${name}`) return undefined;
  // Some package managers refuse versions that are only a day or two old.
  const published = '2026-01-01T00:00:00.000Z';
  return {
    _id: name,
    name,
    'dist-tags': { latest: version },
    versions: { [version]: one },
    time: { created: published, modified: published, [version]: published },
  };
}

async function configuredRegistry(): Promise<string> {
  const { stdout } = await execa('npm', ['config', 'get', 'registry']);
  return stdout.trim().replace(/\/*$/, '/');
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => void server.close(() => done()));
}
