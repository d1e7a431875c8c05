/** The program of the page. What threads say only becomes text nodes: none of it can act. */
export const script = String.raw`
const $ = (id) => document.getElementById(id);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Makes an element of a tag and classes, its properties, and what is in it. */
function make(name, properties, ...inside) {
  const [tag, ...classes] = name.split('.');
  const element = document.createElement(tag);
  element.className = classes.join(' ');
  for (const [key, value] of Object.entries(properties))
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  element.append(...inside.filter(Boolean));
  return element;
}
const link = (id) => make('a.mono', { href: '#' + encodeURIComponent(id) }, plain(id));
const button = (name, text, onclick) => make('button.' + name, { onclick, type: 'button' }, text);
const input = (label, more) => make('input', { placeholder: label, 'aria-label': label, ...more });
const part = (title, ...inside) => make('details', {}, make('summary', {}, title), ...inside);

const escaped = (one) => '\\u{' + one.codePointAt(0).toString(16) + '}';
const acting = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const unseen = /(?!\n)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;
/** Escapes what could act on the page. Emoji stay whole. */
const plain = (text) => String(text).replace(acting, escaped);
/** Escapes all that cannot be seen, for what a person approves. */
const exact = (text) => text.replace(unseen, escaped);

/** Shows a text. A long one is cut, with a button for the rest. */
function show(name, text, escape = plain, max = 2000) {
  const element = make(name, {}, escape(text.slice(0, max)));
  if (text.length <= max) return element;
  const more = button('plain', 'Show all ' + count(text.length) + ' characters', () => {
    element.textContent = escape(text);
    more.remove();
  });
  return make('div', {}, element, more);
}
function value(any, escape) {
  const json = JSON.stringify(any) ?? '';
  const text = json.length > 240 ? JSON.stringify(any, null, 2) : json;
  return show('pre', typeof any === 'string' ? any : text, escape);
}
const args = ({ intent, ...rest }) => Object.keys(rest).length > 0 && value(rest, exact);

const count = (number) => number.toLocaleString('en');
const clock = new Intl.DateTimeFormat('sv', { timeStyle: 'medium' });
const moment = new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeStyle: 'short' });
const day = (at) => moment.format(new Date(at));
/** The time of today, or the day. */
const shortly = (at) => {
  const [date, time] = day(at).split(' ');
  return day(Date.now()).startsWith(date) ? time : date;
};
const dollars = (usd) => '$' + (usd > 0 && usd < 0.01 ? usd.toPrecision(2) : usd.toFixed(2));
const words = (status) => status.replaceAll('_', ' ');
const isAsking = (status) => /^waiting_for_(approval|human)$/.test(status);
const tones = { failed: 'bad', done: 'good' };
const tone = (status) => (isAsking(status) ? 'waiting' : (tones[status] ?? 'dim'));
const state = (status, more = '') => make('span.' + tone(status), {}, words(status) + plain(more));

async function request(path, body, more) {
  const token = sessionStorage.getItem('token');
  const headers = { ...more?.headers, ...(token && { authorization: 'Bearer ' + token }) };
  if (body) headers['content-type'] = 'application/json';
  const response = await fetch(path, { ...more, body, headers, method: body ? 'POST' : 'GET' });
  if (response.ok) return response;
  if (response.status === 401) askToken();
  const { status } = response;
  const { error = 'The server answered ' + status } = await response.json().catch(() => ({}));
  throw Object.assign(new Error(error), { status });
}
const read = async (path) => (await request(path)).json();

function ask(title, act, field, then) {
  const onsubmit = (event) => {
    event.preventDefault();
    $('dialog').close();
    then(field.value.trim());
  };
  const back = button('', 'Back', () => $('dialog').close());
  const row = make('div.row', {}, make('button.main', {}, act), back);
  $('dialog').replaceChildren(make('form', { onsubmit }, make('h2', {}, title), field, row));
  if (!$('dialog').open) $('dialog').showModal();
}
function askToken() {
  const field = input('Token', { type: 'password', required: true });
  ask('This server asks for its API_TOKEN', 'Open', field, (token) => {
    sessionStorage.setItem('token', token);
    location.reload();
  });
}

const MOST = 5000;
const statuses = 'thinking ready running waiting_for_approval waiting_for_human waiting_for_result'
  .split(' ')
  .concat('done', 'failed', 'cancelled');
const rows = new Map();
let threads = [];
let isCut = false;
let turn = 0;
let shownBefore;

/** Reads all pages: the API lists by id, so that the newest thread can be on any of them. */
async function readThreads() {
  const mine = (turn += 1);
  const found = [];
  let after = '';
  try {
    do {
      const status = $('status').value && '&status=' + $('status').value;
      const page = await read('api/threads?limit=100&after=' + after + status);
      if (mine !== turn) return;
      found.push(...page.threads);
      after = page.next;
      if (threads.length === 0) showList(found);
    } while (after && found.length < MOST);
    isCut = Boolean(after);
    threads = found;
    $('read').textContent = 'read ' + clock.format();
    $('list-problem').textContent = '';
  } catch (error) {
    if (mine === turn) $('list-problem').textContent = plain(error.message);
  }
  showList(threads);
}

function showList(all) {
  const search = $('search').value.trim().toLowerCase();
  const fields = ({ id, first_message, owner, open }) => [id, first_message, owner, open?.intent];
  const shown = all.filter((one) => fields(one).join('\n').toLowerCase().includes(search));
  const order = ({ updated, id }) => (updated ?? '') + id;
  shown.sort((a, b) => (order(a) < order(b) ? 1 : -1));
  $('count').textContent =
    count(shown.length) +
    (search && ' of ' + count(all.length)) +
    ' threads' +
    (isCut ? '. There are more: these are the first ' + count(all.length) + ' by id' : '');
  const key = shown.map(({ id, version }) => id + ' ' + version).join();
  if (key === shownBefore) return;
  shownBefore = key;
  const focused = document.activeElement;
  $('list').replaceChildren(...shown.map(rowOf));
  if ($('list').contains(focused)) focused.focus({ preventScroll: true });
}

function rowOf({ id, version, status, updated, owner, open, first_message }) {
  const row = rows.get(id) ?? make('li', {}, make('a', { href: '#' + id }));
  if (row.version === version) return row;
  row.firstChild.replaceChildren(
    make('span', {}, plain(first_message ?? id)),
    make('span.time', {}, plain(owner ?? '') + ' ' + (updated ? shortly(updated) : '')),
    state(status, open?.intent ? ': ' + open.intent : ''),
    make('span.mono', {}, plain(id)),
  );
  rows.set(id, Object.assign(row, { version }));
  mark(row.firstChild);
  return row;
}
const mark = (anchor) => anchor.setAttribute('aria-current', anchor.hash === location.hash);

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
      await readStream(response.body.pipeThrough(new TextDecoderStream()).getReader(), mine);
    } catch (error) {
      if (mine !== view) return;
      tell(error.message);
      if (error.status < 500) return;
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
  keepAtEnd();
}
const keepAtEnd = () => isAtEnd && ($('scroll').scrollTop = $('scroll').scrollHeight);

function showFacts() {
  const { status, events, numbers, errors, input_tokens, cached_tokens, output_tokens, usd } = view;
  const { agent, parent } = events.find(({ type }) => type === 'message') ?? {};
  const used = [input_tokens, cached_tokens, output_tokens].map(count);
  $('facts').replaceChildren(
    ...[
      [count(events.length) + ' events, ' + count(numbers.size) + ' steps'],
      errors && [make('span.bad', {}, errors + (errors > 1 ? ' errors in a row' : ' error'))],
      input_tokens && [used[0] + ' tokens in, ' + used[1] + ' cached, ' + used[2] + ' out'],
      usd && [dollars(usd)],
      agent && ['agent ' + plain(agent)],
      parent && ['works for ', link(parent.call_id.replace(/:\d+$/, ''))],
      ['read ' + clock.format()],
    ]
      .filter(Boolean)
      .map((inside) => make('span', {}, ...inside)),
  );
  $('facts').prepend(state(status));
}

const line = (text, more) => make('p', {}, plain(text), more && ': ' + plain(more));
const beside = (text, element) => make('p', {}, plain(text), element);
const inARow = () => (view.errors > 1 ? ' (' + view.errors + ' in a row)' : '');
const bad = (text) => show('p.bad', text + inARow());
const data = (any) => any !== undefined && value(any);
function call({ step, objection, awaits }) {
  const { deny, ask = '' } = objection ?? {};
  const rule = deny ? 'the policy denies it: ' + deny : 'needs approval: ' + ask;
  const stop = (deny || awaits === 'approval') && show('p.waiting', rule);
  return [make('code.step', {}, exact(step.intent)), args(step), stop];
}

/** Who did what, by the type of an event. */
const describe = {
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
    make('span.figure', {}, usd !== undefined && dollars(usd)),
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
    const before = part(known + ' blocks as in the request before', ...shown.slice(0, known));
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

async function act(operation, body, then) {
  tell('');
  $('acts').inert = true;
  try {
    const json = typeof body === 'string' ? body : JSON.stringify(body);
    const thread = await (await request(pathOf(view.id, operation), json)).json();
    then?.(thread);
  } catch (error) {
    tell(error.message);
  }
  $('acts').inert = false;
}
const open = ({ id }) => (location.hash = id);

/** Shows what a person is asked now. It keeps what was typed until that changes. */
function showRequest() {
  const { status, events, asked } = view;
  const isRequest = ({ type, edit }) => type === 'tool_call' || type === 'handed_over' || edit;
  const last = isAsking(status) ? [...events].reverse().find(isRequest) : undefined;
  const call = last?.edit ?? last;
  const endorsed = events.filter(({ type }) => type === 'endorsed');
  const given = endorsed.filter(({ call_id }) => call_id === call?.call_id).map(({ by }) => by);
  view.asked = [call?.call_id, status, ...given].join();
  if (view.asked === asked) return;
  const form = status === 'waiting_for_approval' ? approvalForm : answerForm;
  $('request').replaceChildren(...(call ? form(call, given).filter(Boolean) : []));
}

function approvalForm({ call_id, step, objection, due }, given) {
  const { ask = '', approvers, count: needed = 1 } = objection ?? {};
  const reason = input('Reason to deny');
  const approve = button('main', 'Approve', () => decide({ approved: true }));
  const types = view.events.map(({ type }) => type);
  const isHeld = types.lastIndexOf('forked') > types.lastIndexOf('lifted');
  const lift = () => act('lift', {});
  const decide = (more) => act('approvals', { call_id, ...more });
  const deny = (comment) => (comment ? decide({ approved: false, comment }) : reason.focus());
  const notes = [
    approvers && 'by ' + approvers.join(', '),
    needed > 1 && needed + ' have to approve',
    given.length > 0 && 'approved by ' + given.join(', '),
    due && 'until ' + day(due),
  ];
  return [
    make('h3', {}, 'Approve ', make('code', {}, exact(step.intent)), '?'),
    args(step) || line('It has no arguments.'),
    show('p.waiting', ask, exact),
    make('p.dim', {}, plain(notes.filter(Boolean).join('; '))),
    make(
      'div.row',
      {},
      approve,
      reason,
      button('', 'Deny', () => deny(reason.value.trim())),
    ),
    editForm(call_id, step),
    isHeld && button('plain', 'Let all steps of this copy run as the policy says', lift),
  ];
}

function editForm(call_id, { intent, ...rest }) {
  const unit = (one) => '\\u' + one.charCodeAt(0).toString(16).padStart(4, '0');
  const units = (one) => one.split('').map(unit).join('');
  const value = JSON.stringify(rest, null, 2).replace(unseen, units);
  const label = 'Arguments as JSON';
  const field = make('textarea.mono', { value, rows: 6, spellcheck: false, 'aria-label': label });
  const head = JSON.stringify({ call_id, approved: true, step: { intent } }).slice(0, -2);
  // Stays a text: a long number that is parsed and printed is another one.
  const add = (_, end) => (end ? '' : ',');
  const step = () => field.value.trim().replace(/^\{\s*(?=(\}?))/, add);
  const change = () => act('approvals', head + step() + '}');
  return part('Edit the arguments', field, button('', 'Change and approve', change));
}

function answerForm({ call_id, step, reason }) {
  const { intent, choices, ...rest } = step ?? {};
  const isText = (one) => typeof one === 'string';
  const answer = (text) => text.trim() && act('responses', { call_id, text });
  const field = make('textarea', { rows: 2, 'aria-label': 'Answer' });
  const options = Array.isArray(choices) ? choices.filter(isText) : [];
  return [
    show('p', reason ?? Object.values(rest).filter(isText).join('\n')),
    make('div.row', {}, ...options.map((one) => button('', plain(one), () => answer(one)))),
    field,
    make(
      'div.row',
      {},
      button('main', 'Answer', () => answer(field.value)),
    ),
  ];
}

const message = input('Say something: it takes back a request');
const onsubmit = (event) => {
  event.preventDefault();
  if (message.value.trim()) act('messages', { message: message.value }, () => (message.value = ''));
};
const end = (reason) => act('cancel', reason ? { reason } : {});
const cancel = () => ask('End this thread permanently?', 'Cancel it', input('Reason'), end);
$('always').append(
  make(
    'form.row',
    { onsubmit },
    message,
    make('button', {}, 'Say'),
    button('', 'Fork', () => act('forks', {}, open)),
    button('bad', 'Cancel', cancel),
  ),
);

function openThread() {
  const id = decodeURIComponent(location.hash.slice(1));
  view?.end.abort();
  view = undefined;
  document.body.classList.toggle('open', id !== '');
  for (const name of ['events', 'request', 'facts']) $(name).replaceChildren();
  $('draft').hidden = true;
  $('title').textContent = plain(id);
  tell('');
  for (const { firstChild } of rows.values()) mark(firstChild);
  if (id === '') return;
  $('title').focus();
  isAtEnd = true;
  view = { id, end: new AbortController(), events: [], numbers: new Map(), starts: new Map() };
  Object.assign(view, { errors: 0, input_tokens: 0, cached_tokens: 0, output_tokens: 0, usd: 0 });
  follow(view);
}

function press(event) {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  if ($('dialog').open || ctrlKey || metaKey || altKey) return;
  const links = [...$('list').querySelectorAll('a')];
  const current = links.find((one) => one.hash === location.hash) ?? links[0];
  const isInList = $('list').contains(target);
  const step = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[key];
  if (key === 'Escape') {
    if ($('search') !== target) location.hash = '';
    current?.focus();
  } else if (target.closest('input, textarea, select')) return;
  else if (key === '/') $('search').focus();
  else if (step && isInList) links[links.indexOf(target) + step]?.focus();
  else if (step && key.length === 1) current?.focus();
  else return;
  event.preventDefault();
}

for (const value of ['', ...statuses])
  $('status').append(make('option', { value }, words(value) || 'all'));
$('search').oninput = () => showList(threads);
$('status').onchange = readThreads;
$('events').onclick = () => {
  isAtEnd = false;
};
$('scroll').onscroll = ({ target: { scrollHeight, scrollTop, clientHeight } }) => {
  isAtEnd = scrollHeight - scrollTop - clientHeight < 40;
};
// A row only gets its height once it is near.
new ResizeObserver(keepAtEnd).observe($('events'));
addEventListener('hashchange', openThread);
addEventListener('keydown', press);
openThread();
for (;;) {
  const began = performance.now();
  if (!document.hidden) await readThreads();
  await sleep(Math.max(3000, 10 * (performance.now() - began)));
}
`;
