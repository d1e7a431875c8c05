import type { Block } from './workspace.ts';

/** Why Slack refuses an argument: its error, and where. */
export type Flaw = { readonly error: string; readonly detail: string };

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, Check>>;

const isObject = (value: unknown): value is Block => typeof value === 'object' && value !== null;
const text =
  (max: number, min = 1): Check =>
  (value) =>
    typeof value === 'string' && value.length >= min && value.length <= max;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const plain =
  (max: number): Check =>
  (value) =>
    isObject(value) && value['type'] === 'plain_text' && text(max)(value['text']);
const rich =
  (max: number): Check =>
  (value) =>
    plain(max)(value) ||
    (isObject(value) && value['type'] === 'mrkdwn' && text(max)(value['text']));
const list =
  (check: Check, max: number): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.length <= max && value.every(check);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.some((one) => one === value);

const id = text(255);
const option: Check = (value) =>
  isObject(value) && fits(value, { text: rich(75), value: text(150) });
const confirm: Check = (value) =>
  isObject(value) && fits(value, { title: plain(100), text: rich(300), confirm: plain(30) });

/** The limits of Block Kit's reference, of the elements that agents use. */
const elements: Readonly<Record<string, Fields>> = {
  button: {
    text: plain(75),
    action_id: optional(id),
    value: optional(text(2_000)),
    url: optional(text(3_000)),
    style: optional(oneOf('primary', 'danger')),
    confirm: optional(confirm),
  },
  static_select: { action_id: optional(id), options: list(option, 100) },
  radio_buttons: { action_id: optional(id), options: list(option, 10) },
  plain_text_input: {
    action_id: optional(id),
    placeholder: optional(plain(150)),
    max_length: optional((value) => Number(value) > 0 && Number(value) <= 3_000),
    initial_value: optional(text(3_000)),
  },
  mrkdwn: { text: text(3_000) },
  plain_text: { text: text(3_000) },
};
const element: Check = (value) => isObject(value) && fits(value, elements[String(value['type'])]);

const blocks: Readonly<Record<string, Fields>> = {
  header: { text: plain(150) },
  divider: {},
  section: {
    text: (value) => value === undefined || rich(3_000)(value),
    fields: optional(list(rich(2_000), 10)),
    accessory: optional(element),
  },
  context: { elements: list(element, 10) },
  actions: { elements: list(element, 25) },
  input: { label: plain(2_000), element, hint: optional(plain(2_000)) },
  markdown: { text: text(12_000) },
};

/** Without `fields` it is of no type that this fake knows. */
function fits(value: Block, fields: Fields | undefined): boolean {
  return fields !== undefined && Object.entries(fields).every(([key, check]) => check(value[key]));
}

/** No page says it: with some 13,200 characters in all blocks, there was `msg_blocks_too_long`. */
const MAX_CHARS = 13_000;

/** Returns why Slack does not take these blocks, at most 50 in a message and 100 in a view. */
export function flawOfBlocks(given: unknown, max = 50): Flaw | undefined {
  if (!Array.isArray(given)) return { error: 'invalid_blocks_format', detail: '/blocks' };
  if (given.length > max) return { error: 'invalid_blocks', detail: `no more than ${max} items` };
  if (JSON.stringify(given).length > MAX_CHARS)
    return { error: 'msg_blocks_too_long', detail: '/blocks' };
  const seen = new Set<unknown>();
  for (const [index, block] of given.entries()) {
    const at = `[json-pointer:/blocks/${index}]`;
    const isKnown = isObject(block) && fits(block, blocks[String(block['type'])]);
    const block_id = isObject(block) ? block['block_id'] : undefined;
    if (!isKnown || !optional(id)(block_id)) return { error: 'invalid_blocks', detail: at };
    if (block['type'] === 'section' && !block['text'] && !block['fields'])
      return { error: 'invalid_blocks', detail: `${at} has no text` };
    const actions = [block['elements'] ?? []].flat().filter(isObject);
    for (const name of [block_id, ...actions.map((one) => one['action_id'])])
      if (name !== undefined && seen.size === seen.add(name).size)
        return { error: 'invalid_blocks', detail: `${at} repeats ${name}` };
  }
  return undefined;
}

const MAX_METADATA_BYTES = 8_000;

/** Returns why Slack does not take the metadata of a message. */
export function flawOfMetadata(given: unknown): Flaw | undefined {
  const isWhole =
    isObject(given) && text(255)(given['event_type']) && isObject(given['event_payload']);
  if (!isWhole) return { error: 'invalid_metadata_format', detail: '/metadata' };
  if (JSON.stringify(given).length <= MAX_METADATA_BYTES) return undefined;
  return { error: 'metadata_too_large', detail: '/metadata' };
}

const view: Fields = {
  type: oneOf('modal'),
  title: plain(24),
  submit: optional(plain(24)),
  close: optional(plain(24)),
  private_metadata: optional(text(3_000, 0)),
  callback_id: optional(id),
};

/** Returns why Slack does not open this view. */
export function flawOfView(given: unknown): Flaw | undefined {
  if (!isObject(given) || !fits(given, view))
    return { error: 'invalid_arguments', detail: '/view' };
  return flawOfBlocks(given['blocks'], 100);
}
