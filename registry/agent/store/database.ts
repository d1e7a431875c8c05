import { Refused } from '../core/errors.ts';
import { isEvent, isObject, type Event } from '../core/event.ts';
import { parseJson } from '../core/json.ts';
import { Damaged, type ThreadDetails, type ThreadInfo } from '../core/store.ts';

/** Parses a thread's saved events. @throws Damaged at the first text that is not an event */
export function parseEvents(id: string, texts: readonly string[]): Event[] {
  const events: Event[] = [];
  for (const text of texts) {
    const event = parseJson(text);
    const version = events.length;
    if (!isEvent(event)) throw new Damaged(`Event ${version} of ${id} cannot be read.`, events);
    events.push(event);
  }
  return events;
}

/** A row of the table of threads. A replica of an earlier version has no column for details. */
type ThreadRow = Pick<ThreadInfo, 'id' | 'version' | 'status'> & {
  readonly due: string | null;
  readonly owner: string | null;
  readonly details?: string | null;
};

/** Converts a database row, in which null means missing. */
export function toInfo(row: object): ThreadInfo {
  const { id, version, status, due, owner, details } = row as ThreadRow;
  const index = { status, due: due ?? undefined, owner: owner ?? undefined };
  return { id, version, ...index, details: details ? detailsIn(details, version) : undefined };
}

/** Returns the details of a thread as a column. */
export function toColumn(version: number, details: ThreadDetails | undefined): string | null {
  return details ? JSON.stringify({ version, details }) : null;
}

/** A process of an earlier version appends without details: those of an older version are wrong. */
function detailsIn(column: string, version: number): ThreadDetails | undefined {
  const saved = parseJson(column);
  if (!isObject(saved) || saved['version'] !== version) return undefined;
  return saved['details'] as ThreadDetails;
}

/** A variable with the address of a server. */
type AddressVariable = {
  readonly name: string;
  readonly example: string;
  readonly schemes: RegExp;
  /** Reads the port as the client of the server does. It may throw. */
  portIn: (address: string) => number | undefined;
};

/**
 * Checks an address without connecting to it.
 * @throws Refused if it is missing or unreadable. The message never contains the address,
 * which may have a password.
 */
export function requireAddress(address: string | undefined, variable: AddressVariable): string {
  const { name, example } = variable;
  if (!address) throw new Refused(`Set ${name} in .env: the store needs it.`);
  if (isReadable(address, variable)) return address;
  const escapes = '/ is %2F, # is %23, ? is %3F and % is %25';
  throw new Refused(`${name} is not an address such as ${example}: in a password, ${escapes}.`);
}

function isReadable(address: string, variable: AddressVariable): boolean {
  try {
    if (!variable.schemes.test(address)) return false;
    if (!isPath(address) && !hasWholeHost(address)) return false;
    const port = variable.portIn(address) ?? 0;
    return port > 0 && port < 65_536;
  } catch (error) {
    // The address names a file, such as a certificate.
    if (error instanceof Error && 'syscall' in error)
      throw new Refused(`${variable.name}: ${error.message}`);
    return false;
  }
}

/** Whether it is the path of a Unix socket. */
const isPath = (address: string): boolean => /^(\/|socket:)/.test(address);

/** Whether a URL has a host, and no `/`, `#` or `?` in a password moves it. It may throw. */
function hasWholeHost(address: string): boolean {
  const { hostname, pathname, searchParams } = new URL(address);
  const afterHost = [pathname, ...searchParams.keys()].join();
  if (afterHost.includes('@') || address.includes('#')) return false;
  return hostname !== '' || searchParams.has('host');
}

/** Checks the schema version of saved data. @throws Refused if it is newer than `known` */
export function assertKnownSchema(where: string, schema: number, known: number): void {
  if (schema <= known) return;
  const versions = `this one knows schema ${known}, and it has ${schema}`;
  const problem = `${where} was written by a later version: ${versions}`;
  throw new Refused(`${problem}. Nothing was changed: use that version.`);
}
