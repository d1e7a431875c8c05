import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const home = fileURLToPath(new URL('../../..', import.meta.url));

/** A package as it is published: its package.json, and the bytes of its tarball. */
type Packed = {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly bytes: Buffer;
};

/** A registry that has our package. It redirects all other requests to the configured registry. */
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
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/');
    const url = `http://${request.headers.host}`;
    const found = answer(path, packed, url);
    if (found === undefined) {
      response.writeHead(307, { location: upstream + (request.url ?? '/').slice(1) }).end();
      return;
    }
    served.push(path);
    const type = Buffer.isBuffer(found) ? 'application/octet-stream' : 'application/json';
    response
      .writeHead(200, { 'content-type': type })
      .end(Buffer.isBuffer(found) ? found : JSON.stringify(found));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, served, close: () => close(server) };
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
