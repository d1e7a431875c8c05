import type { LogLine } from '../../../registry/agent/worker/log.ts';

type Written = LogLine & { readonly time: string; readonly process: string };

/** The lines that a process wrote to a pipe. @throws if one is not JSON */
export function linesIn(stderr: string): readonly Written[] {
  return stderr
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Written);
}

/** @throws if there is another number of lines than one */
export function onlyLine(stderr: string): Written {
  const [line, ...more] = linesIn(stderr);
  if (!line || more.length > 0) throw new Error(`not one line: ${stderr}`);
  return line;
}
