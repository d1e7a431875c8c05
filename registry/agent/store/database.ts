import { Refused } from '../core/errors.ts';
import { parseJson, type Event } from '../core/event.ts';
import { Damaged, type ThreadInfo } from '../core/store.ts';
import { isEvent } from '../core/saved-event.ts';

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

/** Converts a database row, in which null means missing. */
export function toInfo(row: object): ThreadInfo {
  const fields: [string, unknown][] = Object.entries(row);
  const present = fields.filter(([, value]) => value !== null);
  return Object.fromEntries(present) as ThreadInfo;
}

/** How a store reads the address in a variable. */
type AddressReader = {
  readonly variable: string;
  readonly example: string;
  readonly schemes: RegExp;
  /** Reads the port as the client of the server does. It may throw. */
  portOf(address: string): number | undefined;
};

/**
 * Checks the address of a server, without a connection.
 * @throws Refused if it is missing or unreadable. No message has any of it: it may have a password.
 */
export function requireAddress(address: string | undefined, reader: AddressReader): string {
  const { variable, example } = reader;
  if (!address) throw new Refused(`Set ${variable} in .env: the store needs it.`);
  if (isReadable(address, reader)) return address;
  const escapes = 'in a password, / is %2F, # is %23, ? is %3F and % is %25';
  throw new Refused(`${variable} is not an address such as ${example}: ${escapes}.`);
}

function isReadable(address: string, { variable, schemes, portOf }: AddressReader): boolean {
  try {
    if (!schemes.test(address) || isCutShort(address)) return false;
    const port = portOf(address) ?? 0;
    return port > 0 && port < 65_536;
  } catch (error) {
    const isFile = error instanceof Error && 'syscall' in error;
    // The address names a file, such as a certificate.
    if (isFile) throw new Refused(`${variable}: ${error.message}`);
    return false;
  }
}

/** Whether a URL has no host, or one that a / # or ? in the password made. It may throw. */
function isCutShort(address: string): boolean {
  const isPath = /^(\/|socket:)/.test(address);
  if (isPath) return false;
  const { hostname, pathname, searchParams } = new URL(address);
  const afterHost = [pathname, ...searchParams.keys()].join();
  if (afterHost.includes('@') || address.includes('#')) return true;
  return hostname === '' && !searchParams.has('host');
}

/** Checks the schema version of saved data. @throws Refused if it is newer than `known` */
export function assertKnownSchema(where: string, schema: number, known: number): void {
  if (schema <= known) return;
  const versions = `this one knows schema ${known}, and it has ${schema}`;
  const problem = `${where} was written by a later version: ${versions}`;
  throw new Refused(`${problem}. Nothing was changed: use that version.`);
}
