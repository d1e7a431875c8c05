import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { newProject } from '../../../src/pipeline/resolve/new-project.ts';
import { components, renderOurs, templates } from '../registry/package.ts';
import { linkPackages } from '../project/toolchain.ts';

/** Writes the starter as `create` does, with this model and more components. @returns its folder */
export function writeStarter(model?: string, ...more: readonly string[]): Promise<string> {
  return writeProject('starter', model, ...more);
}

/** The files of a template's project, as `create` writes them. */
export async function projectFiles(template: string, model?: string, more: readonly string[] = []) {
  const offered = { templates: templates.offered, base: templates.base, components };
  const answers = { dir: 'my-agent', template, model };
  const wanted = await renderOurs(newProject(answers, { with: more }, '/my-agent', offered));
  return wanted.files;
}

/** Writes a template's project. @returns its folder */
export async function writeProject(
  template: string,
  model?: string,
  ...more: readonly string[]
): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'starter-'));
  for (const { path, text } of await projectFiles(template, model, more)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  }
  await writeFile(join(home, 'package.json'), '{ "type": "module" }');
  await linkPackages(home);
  await chmod(home, 0o755);
  return home;
}

/** A folder for threads in a project, with a start.js that starts the project. */
export async function threadFolder(home: string): Promise<string> {
  const folder = await mkdtemp(join(home, 'project-'));
  await writeFile(join(folder, 'start.js'), "await import('../start.js');\n");
  return folder;
}

export type Ended = { readonly code: number; readonly out: string; readonly err: string };

/**
 * Runs the starter in `home` on the threads of `cwd`, in a pipe: through `shell`, which ends in
 * `exec "$@"`, if given.
 */
export function runStarter(
  home: string,
  cwd: string,
  argv: readonly string[],
  { shell, uid }: { readonly shell?: string; readonly uid?: number } = {},
): Promise<Ended> {
  const command = [process.execPath, join(home, 'start.js'), ...argv];
  const [file = '', ...args] =
    shell === undefined ? command : ['sh', '-c', shell, 'sh', ...command];
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: cwd, USER: 'ada' };
  const options = { cwd, env, timeout: 60_000, ...(uid !== undefined && { uid, gid: uid }) };
  return new Promise((done) => {
    const child = execFile(file, args, options, (_, out, err) =>
      done({ code: child.exitCode ?? -1, out, err }),
    );
    child.stdin?.end();
  });
}
