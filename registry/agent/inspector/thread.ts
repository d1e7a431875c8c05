/** The thread that is open: its events as they come, and what they add up to. */
export const thread = String.raw`
let view;
let isAtEnd = true;
const tell = (text) => ($('problem').textContent = plain(text));
const pathOf = (id, operation) => 'api/threads/' + encodeURIComponent(id) + '/' + operation;

/** Shows the events of a thread as they come, until another is opened. */
async function follow(mine) {
  while (mine === view) {
    try {
      const headers = { 'last-event-id': String(mine.events.length) };
      const options = { headers, signal: mine.end.signal };
      const response = await request(pathOf(mine.id, 'events?drafts=true'), undefined, options);
      if (response.status === 204) return;
      if (mine.isLost) tell('');
      mine.isLost = false;
      await readStream(response.body.pipeThrough(new TextDecoderStream()).getReader(), mine);
    } catch (error) {
      if (mine !== view) return;
      tell(error.message);
      if (error.status < 500) return;
      mine.isLost = true;
    }
    await sleep(1000);
  }
}

async function readStream(reader, mine) {
  let rest = '';
  for (;;) {
    const { value: text, done } = await reader.read();
    if (done || mine !== view) return;
    const messages = (rest + text).split('\n\n');
    rest = messages.pop();
    const added = [];
    for (const message of messages) {
      const [, json] = /^data: (.*)$/m.exec(message) ?? [];
      if (json && message.startsWith('event: draft')) showDraft(JSON.parse(json));
      else if (json) added.push(JSON.parse(json));
    }
    if (added.length > 0) addEvents(added);
  }
}

function showDraft({ withdrawn, process, intent, field, offset, text }) {
  if (withdrawn || view.process !== process) view.texts = {};
  view.process = process;
  if (!withdrawn) view.texts[field] = (view.texts[field] ?? '').slice(0, offset) + text;
  $('draft').hidden = Boolean(withdrawn);
  const title = make('p.dim', {}, 'The model writes ', make('code', {}, plain(intent)));
  $('draft').replaceChildren(title, make('p', {}, plain(Object.values(view.texts).join('\n'))));
  keepAtEnd();
}

function addEvents(added) {
  view.status = added[added.length - 1].status;
  view.texts = {};
  $('draft').hidden = true;
  $('events').append(...added.map(({ event }) => eventRow(event)));
  showFacts();
  showRequest();
  if (!isAtEnd) $('newest').hidden = false;
  keepAtEnd();
}
const keepAtEnd = () => isAtEnd && ($('scroll').scrollTop = $('scroll').scrollHeight);

function showFacts() {
  const { status, events, numbers, errors, input_tokens, cached_tokens, output_tokens, usd } = view;
  const { agent, parent } = events.find(({ type }) => type === 'message') ?? {};
  const used = [input_tokens, cached_tokens, output_tokens].map(count);
  $('facts').replaceChildren(
    ...[
      [many(events.length, 'event') + ', ' + many(numbers.size, 'step')],
      errors && [make('span.bad', {}, many(errors, 'error') + ' in a row')],
      input_tokens && [used[0] + ' tokens in, ' + used[1] + ' cached, ' + used[2] + ' out'],
      usd && [dollars(usd)],
      agent && ['agent ' + plain(agent)],
      parent && ['works for ', link(parent.call_id.replace(/:\d+$/, ''))],
      ['as of ' + clock.format()],
    ]
      .filter(Boolean)
      .map((inside) => make('span', {}, ...inside)),
  );
  $('facts').prepend(state(status));
}
`;
