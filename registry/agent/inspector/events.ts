/** A row for each event, and below it the request that the model saw. */
export const events = String.raw`
const line = (text, more) => make('p', {}, plain(text), more && ': ' + plain(more));
const beside = (text, element) => make('p', {}, plain(text), element);
const inARow = () => (view.errors > 1 ? ' (' + view.errors + ' in a row)' : '');
const bad = (text) => show('p.bad', text + inARow());
const data = (any) => any !== undefined && value(any);
function call({ step, objection, awaits }) {
  const { deny, ask = '' } = objection ?? {};
  const rule = deny ? 'the policy denies it: ' + deny : 'needs approval: ' + ask;
  const stop = (deny || awaits === 'approval') && show('p.waiting', rule);
  const isForPeople = awaits === 'answer' || awaits === 'message';
  const shown = isForPeople ? said(step) : [args(step)];
  return [make('code.step', {}, exact(step.intent)), ...shown, stop];
}
const said = ({ intent, ...rest }) =>
  Object.values(rest).map((one) => (typeof one === 'string' ? show('p', one) : value(one)));

/** Who did what, by the type of an event. */
const describe = {
  __proto__: null,
  message: ({ from, text, data: any }) => [from, text && show('p', text), data(any)],
  prefetched: ({ name, result }) => ['code', line('fetched', name), data(result)],
  tool_call: (event) => ['agent', ...call(event)],
  model_error: ({ error, answer }) => ['model', bad(error), data(answer)],
  approval: ({ by, approved, comment, edit }) =>
    edit
      ? [by, line('changed it to', comment), ...call(edit)]
      : [by, line(approved ? 'approved' : 'denied', comment)],
  endorsed: ({ by, comment }) => [by, line('approved, and others have to', comment)],
  human_response: ({ by, text }) => [by, show('p', text)],
  tool_started: ({ attempt }) => ['tool', make('p.dim', {}, 'attempt ' + attempt + ' starts')],
  tool_pending: ({ due }) => ['tool', line('the result is due', day(due))],
  tool_result: ({ result }) => ['tool', data(result)],
  tool_error: ({ error }) => ['tool', bad(error)],
  child_started: ({ agent, thread }) => ['tool', beside(agent + ' works in ', link(thread))],
  part_ended: ({ part, result, error }) => ['tool', line('part ' + part, error), data(result)],
  handed_over: ({ reason }) => ['policy', show('p.waiting', reason)],
  expired: ({ outcome }) => ['policy', line('no answer in time', outcome)],
  cancelled: ({ by, reason }) => [by, line('cancelled', reason)],
  forked: ({ by, thread }) => [by, beside('copied what is above from ', link(thread))],
  delivery: ({ state, delivery, error }) => ['outbox', line(state + ' ' + delivery, error)],
};
const other = (event) => [event.by ?? '', line(words(event.type)), value(event)];

function eventRow(event) {
  const { id, events, numbers, starts } = view;
  const { type, at, call_id, edit, usage } = event;
  const index = events.push(event) - 1;
  const isAnswer = type === 'tool_call' || type === 'model_error';
  const isOutcome = type === 'tool_result' || type === 'tool_error';
  if (type.endsWith('_error')) view.errors += 1;
  else if (/^(tool_result|message|human_response|approval)$/.test(type)) view.errors = 0;
  const opened = type === 'tool_call' ? call_id : edit?.call_id;
  if (opened) numbers.set(opened, numbers.size + 1);
  if (type === 'tool_started') starts.set(call_id, at);
  for (const [name, used] of Object.entries(usage ?? {})) if (name in view) view[name] += used;
  const since = isAnswer ? events[index - 1]?.at : isOutcome && starts.get(call_id);
  const ms = since ? Date.parse(at) - Date.parse(since) : 0;
  const { input_tokens = 0, cached_tokens = 0, output_tokens = 0, usd } = usage ?? {};
  const tokens = [input_tokens, cached_tokens, output_tokens].map(count).join(' / ');
  const money = usd === undefined ? '–' : dollars(usd);
  const [who, ...what] = (describe[type] ?? other)(event);
  const row = make(
    'li.event' + (isAnswer ? '.answer' : ''),
    {},
    make('time.figure', { dateTime: at, title: day(at) }, clock.format(new Date(at))),
    make('span.figure', {}, String(numbers.get(opened ?? call_id) ?? '')),
    make('span.who', { title: plain(who) }, plain(who)),
    make('div.what', {}, ...what),
    make('span.figure', {}, ms >= 100 && (ms / 1000).toFixed(1) + ' s'),
    make('span.figure', { title: 'tokens in / cached / out' }, usage && tokens),
    make('span.figure', { title: usd === undefined ? 'no price is known' : '' }, usage && money),
  );
  if (!isAnswer) return row;
  const path = 'requests/' + encodeURIComponent(id) + '/' + index;
  const seen = button('plain', 'What the model saw', () => showSeen(row, seen, path));
  seen.setAttribute('aria-expanded', 'false');
  const fork = button('plain', 'Fork before this', () => act('forks', { version: index }, open));
  row.querySelector('.what').append(make('div.row.dim', {}, seen, index > 0 && fork));
  return row;
}

const matches = {
  same: 'The model saw this: its hash is the one that was saved with the answer.',
  changed: 'The code has changed since: the model saw another request than this one.',
  unknown: 'No hash was saved with this answer: the model may have seen another request.',
};
async function showSeen(row, toggle, path) {
  const old = row.querySelector('.seen');
  toggle.setAttribute('aria-expanded', String(!old));
  if (old) return old.remove();
  const box = row.appendChild(make('div.seen', {}, line('Reading')));
  try {
    const { match, system, schema, blocks, known, sent, usage } = await read(path);
    const { input_tokens: all, cached_tokens: cached = 0 } = usage ?? {};
    const fresh = () => count(all) + ' tokens, ' + count(all - cached) + ' of them not cached. ';
    const used = all ? fresh() : '';
    const name = (index) => (index < known ? 'pre' : 'pre.new');
    const block = (text, index) => make('div', {}, show(name(index), text, plain, 4000));
    const shown = blocks.map(block);
    const before = part(
      many(known, 'block') + ' as in the request before',
      ...shown.slice(0, known),
    );
    box.replaceChildren(
      make(match === 'same' ? 'p' : 'p.waiting', {}, used + matches[match]),
      part('Prompt', show('pre', system)),
      part('Schema', value(schema)),
      known > 0 ? before : '',
      ...shown.slice(known),
      sent ? part('As it is sent', value(sent)) : '',
    );
  } catch (error) {
    box.replaceChildren(make('p.bad', {}, plain(error.message)));
  }
}
`;
