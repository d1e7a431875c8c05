/** A text in JSON. It is whole once its closing quote has arrived. */
export type GrowingText = { readonly text: string; readonly isWhole: boolean };
/** The texts of an object, by field. */
export type GrowingFields = ReadonlyMap<string, GrowingText>;

/** Text before the JSON: what the model thought, and the start of a fence. */
const lead = /^\s*(?:<(\w+)>[^]*<\/\1>\s*)?(?:```\w*\s*)?(?=\{)/;

/**
 * Reads an answer that has not arrived whole: `{"next_step": {...}}`, or the step alone. Returns a
 * function that takes the answer so far, each time that it is longer, and returns the fields of
 * text of its step.
 */
export function stepReader(): (answer: string) => GrowingFields {
  const answerFields = new Map<string, GrowingText>();
  const stepFields = new Map<string, GrowingText>();
  const read = textReader((path, text) => {
    const [first = '', second] = path;
    if (path.length === 1) answerFields.set(first, text);
    if (path.length === 2 && first === 'next_step') stepFields.set(second ?? '', text);
  });
  let start: number | undefined;
  return (answer) => {
    start ??= lead.exec(answer)?.[0].length;
    if (start !== undefined) read(answer.slice(start));
    return answerFields.has('intent') ? answerFields : stepFields;
  };
}

type OnText = (path: readonly string[], text: GrowingText) => void;

/** An object or list that has not ended. `field` is the one whose value comes next. */
type Container = { readonly isObject: boolean; field?: string | undefined };

/** Reads JSON from where the last call ended. Calls back for each field of text that has grown. */
function textReader(onText: OnText): (json: string) => void {
  const containers: Container[] = [];
  let position = 0;
  let growing: string | undefined;

  function onMark(mark: string | undefined): void {
    const [inner] = containers.slice(-1);
    if (mark === '"') growing = '';
    else if (mark === '{' || mark === '[') containers.push({ isObject: mark === '{' });
    else if (mark === '}' || mark === ']') containers.pop();
    else if (mark === ',' && inner) inner.field = undefined;
  }

  function onGrown(text: string, isWhole: boolean): void {
    const [inner] = containers.slice(-1);
    if (!inner?.isObject) return;
    const path = containers.flatMap(({ field }) => field ?? []);
    if (inner.field !== undefined && path.length === containers.length)
      onText(path, { text, isWhole });
    else if (inner.field === undefined && isWhole) inner.field = text;
  }

  return (json) => {
    while (position < json.length) {
      if (growing === undefined) {
        onMark(json[position]);
        position += 1;
        continue;
      }
      const part = readPart(json, position);
      growing += part.text;
      position = part.end;
      onGrown(growing, part.isLast);
      if (part.isLast) growing = undefined;
      else if (part.isCut) return;
    }
  };
}

const escape = /^\\(?:u[\da-f]{4}|["\\/bfnrt])/i;

/** A part of a text: up to its quote, to an escape, or to where the JSON is cut. */
type Part = { readonly text: string; readonly end: number } & { isLast: boolean; isCut: boolean };

function readPart(json: string, start: number): Part {
  const mark = /["\\]/g;
  mark.lastIndex = start;
  const at = mark.exec(json)?.index ?? json.length;
  const text = json.slice(start, at);
  if (json[at] === '"') return { text, end: at + 1, isLast: true, isCut: false };
  const [escaped] = escape.exec(json.slice(at, at + 6)) ?? [];
  if (escaped === undefined) return { text, end: at, isLast: false, isCut: true };
  const character = String(JSON.parse(`"${escaped}"`));
  return { text: text + character, end: at + escaped.length, isLast: false, isCut: false };
}
