/** How the folder is named in which a process writes before it renames; `mkdtemp` adds six characters. */
export const stagingPrefix = (pid: number): string => `.12-factor-${pid}-`;

/** The process that made a staging folder, by the folder's name; `undefined` for any other name. */
export function stagedBy(name: string): number | undefined {
  const [, pid] = /^\.12-factor-(\d+)-\w{6}$/.exec(name) ?? [];
  return pid === undefined ? undefined : Number(pid);
}
