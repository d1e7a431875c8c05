import { execa } from 'execa';

/** Builds the tool before the first test, unless BUILT says that it was just built. */
export async function setup(): Promise<void> {
  if (process.env.BUILT === undefined) await execa('node', ['scripts/build.js']);
}
