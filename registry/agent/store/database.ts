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

/** Checks the schema version of saved data. @throws Refused if it is newer than `known` */
export function assertKnownSchema(where: string, schema: number, known: number): void {
  if (schema <= known) return;
  const versions = `this one knows schema ${known}, and it has ${schema}`;
  const problem = `${where} was written by a later version: ${versions}`;
  throw new Refused(`${problem}. Nothing was changed: use that version.`);
}
