import { execa } from 'execa';
import { expect } from 'vitest';

/** Runs the check scripts of a generated project, and expects each to pass. */
export async function passOwnChecks(project: string): Promise<void> {
  // The tests take longest, so the other two run at the same time.
  await Promise.all([passScript(project, 'test'), passScripts(project, 'typecheck', 'lint')]);
}

async function passScripts(project: string, ...scripts: readonly string[]): Promise<void> {
  for (const script of scripts) await passScript(project, script);
}

async function passScript(project: string, script: string): Promise<void> {
  const { exitCode, all } = await execa('npm', ['run', '--silent', script], {
    cwd: project,
    reject: false,
    all: true,
    env: { VITEST: undefined, NODE_ENV: undefined, CI: undefined },
  });
  expect([script, exitCode, exitCode === 0 ? '' : all]).toEqual([script, 0, '']);
}
