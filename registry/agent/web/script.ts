/**
 * The script of the chat page. Edit it. It is a text, because it is for browsers: so every compiler
 * and every bundle takes it along. It may have no backtick, and no dollar sign before a brace.
 */
export const script = String.raw`
const api = new URL('..', import.meta.url); // Also right below a base path.
const elements = [...document.querySelectorAll('[id]')];
const page = Object.fromEntries(elements.map((one) => [one.id, one]));
const calls = new Map(); // By the id of a call: a function that shows how it ended.
let token = sessionStorage.getItem('agent-token');
let id, version, status, open, drafts, reading;
let sent = {}; // The last message. Its key makes it count once if it is sent again.

async function call(method, path, body, more = {}) {
  const headers = { ...more.headers };
  if (token) headers.authorization = 'Bearer ' + token;
  if (body) headers['content-type'] = 'application/json';
  const init = { ...more, method, headers, body: body && JSON.stringify(body) };
  const response = await fetch(new URL(path, api), init);
  if (response.ok) return response;
  if (response.status === 401) signOut(token ? 'This token is not accepted.' : '');
  const { error } = await response.json().catch(() => ({}));
  const message = error ?? 'The server failed.';
  throw Object.assign(new Error(message), { status: response.status });
}

const post = (path, body, headers) => call('POST', path + '?drafts=true', body, { headers });

/** Shows the thread that the address names, and follows it. */
async function start() {
  reading?.abort();
  reading = new AbortController();
  const { signal } = reading;
  [id] = /^[\w-]{1,64}$/.exec(location.hash.slice(1)) ?? [''];
  [version, status] = [0, 'done'];
  calls.clear();
  page.log.replaceChildren();
  page.log.ariaLive = 'off';
  page.hello.hidden = true;
  endDraft();
  setSignedIn(true);
  showStatus('Loading …');
  for (let ms = 500; !signal.aborted; ms = Math.min(ms * 2, 8_000)) {
    try {
      if (!(await read(signal, () => (ms = 500)))) return;
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 409) return start();
      if (error.status < 500) return showStatus(error.message);
      showStatus('No connection. Trying again …');
    }
    endDraft();
    await new Promise((resolve) => {
      setTimeout(resolve, ms);
      addEventListener('online', resolve, { once: true });
    });
  }
}

/** Reads events until the connection ends. Returns whether more can come. */
async function read(signal, onOpen) {
  const path = id ? 'threads/' + id + '/events?drafts=true' : 'threads?limit=1';
  const headers = { 'last-event-id': version };
  const { body } = await call('GET', path, undefined, { signal, headers });
  showStatus();
  // What was said before is not read aloud.
  setTimeout(() => (page.log.ariaLive = 'polite'), 1_000);
  const reader = id && body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; reader;) {
    // The server sends something every 15 s.
    const timer = setTimeout(() => reader.cancel(), 40_000);
    const { done, value } = await reader.read();
    clearTimeout(timer);
    if (done) return status !== 'cancelled';
    onOpen();
    const blocks = (text + value).split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const data = /^data: (.*)/m.exec(block)?.[1];
      if (data && !signal.aborted) take(JSON.parse(data));
    }
  }
}

function take(data) {
  if (data.process) return takeDraft(data);
  endDraft();
  show[data.event.type]?.(data.event);
  ({ version, status } = data);
  showStatus();
}

function takeDraft({ withdrawn, field, offset, text, ...from }) {
  if (withdrawn || from.process !== drafts.process) endDraft();
  const before = drafts.get(field) ?? '';
  if (withdrawn || from.version !== version || offset > before.length) return;
  drafts.process = from.process;
  drafts.set(field, before.slice(0, offset) + text);
  page.draft.replaceChildren(...rich(...drafts.values()));
}

function endDraft() {
  drafts = new Map();
  page.draft.replaceChildren();
}

// Texts of others become text nodes: no text is ever read as HTML.

function make(tag, className, ...children) {
  const element = Object.assign(document.createElement(tag), { className, dir: 'auto' });
  element.append(...children);
  return element;
}

function add(...parts) {
  const element = make(...parts);
  page.log.append(element);
  return element;
}

/** Escapes characters that cannot be seen, or that change how others look. */
const clear = (text) =>
  String(text).replace(
    /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu,
    (one) => '\\u{' + one.codePointAt(0).toString(16) + '}',
  );

const isText = (value) => typeof value === 'string';
const json = (value) => JSON.stringify(value, null, 2) ?? '';
const hasLines = (value) => isText(value) && value.includes('\n');
/** Shows each character. A text of one line is in quotes. */
const exact = (value) => (hasLines(value) ? value : json(value)).split('\n').map(clear).join('\n');

/** Shows lines between two lines of three backticks as code. */
function rich(...values) {
  const given = values.flat().filter((one) => one !== undefined);
  const text = given.map((one) => (isText(one) ? one : json(one))).join('\n\n');
  return text.split(/^\x60{3}/m).map((part, at) => {
    const isCode = at % 2 === 1;
    const lines = part.replace(isCode ? /^.*\n|\n$/g : /^\s*\n|\n+$/g, '');
    return isCode ? make('pre', '', lines) : lines;
  });
}

function list({ intent, ...values }) {
  const rows = Object.entries(values).flatMap(([name, value]) => [
    make('dt', '', clear(name) + (hasLines(value) ? ' (text)' : '')),
    make('dd', '', make('pre', '', exact(value))),
  ]);
  return make('dl', '', ...rows);
}

const settle = (call_id, ...outcome) => calls.get(call_id)?.(...outcome);
const because = (text, reason) => clear(reason ? text + ': ' + reason : text + '.');

/** How events are shown, by their type. Others are not. */
const show = {
  __proto__: null,
  message({ text, data }) {
    if (['ready', 'waiting_for_approval'].includes(status)) settle(open, 'Taken back.');
    add('div', 'person', ...rich(text, data));
  },
  tool_call(call) {
    open = call.call_id;
    if (call.awaits === 'approval') return showRequest(call);
    if (call.awaits === 'result') return showTool(call);
    const { intent, ...values } = call.step;
    add('div', 'agent', ...rich(...Object.values(values)));
  },
  tool_started: ({ call_id }) => settle(call_id, 'runs …'),
  tool_pending: ({ call_id }) => settle(call_id, 'waits for a result …'),
  tool_result: ({ call_id, result }) => settle(call_id, 'done', { result }),
  tool_error: ({ call_id, error }) => settle(call_id, 'failed: ' + error),
  endorsed: ({ by }) => add('p', 'note', clear(by) + ' approved. Others have to, too.'),
  approval({ call_id, approved, by, comment, edit }) {
    const verb = approved ? 'Approved by ' : 'Denied by ';
    settle(call_id, because((edit ? 'Changed by ' : verb) + by, comment));
    if (edit) show.tool_call(edit);
  },
  human_response: ({ text }) => add('div', 'person', ...rich(text)),
  handed_over({ call_id, reason }) {
    open = call_id;
    add('div', 'agent', ...rich(reason));
  },
  expired: ({ call_id }) => settle(call_id, 'Expired: no answer came in time.'),
  model_error: ({ error }) => add('p', 'note', because('The model failed', error)),
  cancelled: ({ by, reason }) => add('p', 'note', because('Stopped by ' + by, reason)),
};

function showTool({ call_id, step }) {
  const outcome = make('span', '', '…');
  const summary = make('summary', '', make('b', '', clear(step.intent)), ' ', outcome);
  const line = add('details', 'tool', summary, list(step));
  calls.set(call_id, (text, result) => {
    outcome.textContent = clear(text);
    if (result) line.append(list(result));
  });
}

function showRequest(call) {
  const { call_id, step, objection, due } = call;
  const {
    ask,
    approvers = ['the approvers of this agent'],
    count = 1,
    not_requester,
  } = objection ?? {};
  const facts = [
    'Who may approve: ' + approvers.map(clear).join(', '),
    not_requester && 'not the person who asked',
    count > 1 && count + ' people have to',
    due && 'expires ' + new Date(due).toLocaleString(),
  ];
  const card = add('section', 'request', page.request.content.cloneNode(true));
  const [title, why, answers, outcome] = card.children;
  const [approval, denial] = card.querySelectorAll('form');
  const [details, reason] = denial.querySelectorAll('details, input');
  const decide = (body) =>
    submit(outcome, async () => {
      await post('threads/' + id + '/approvals', { call_id, ...body() });
      focusInput();
    });
  title.append('Approve ' + clear(step.intent) + '?');
  why.append(clear(ask ?? ''));
  answers.before(list(step), make('p', 'note', facts.filter(Boolean).join(' · ')));
  approval.onsubmit = decide(() => ({ approved: true }));
  denial.onsubmit = decide(() => ({ approved: false, comment: reason.value }));
  details.ontoggle = () => reason.focus();
  calls.set(call_id, (text) => {
    answers.remove();
    outcome.textContent = text;
    calls.set(call_id, (...more) => {
      showTool(call);
      settle(call_id, ...more);
    });
  });
}

function showStatus(problem) {
  const text = problem ?? words[status] ?? '';
  if (page.status.textContent !== text) page.status.textContent = text;
  page.status.className = text.endsWith('…') ? 'busy' : '';
  page.hello.hidden = id !== '' || text !== '';
  page.stop.hidden = ['done', 'failed', 'cancelled'].includes(status);
  page.say.placeholder = status === 'waiting_for_human' ? 'Your answer' : 'Message';
}

const words = {
  thinking: 'Working …',
  ready: 'Working …',
  running: 'Working …',
  waiting_for_result: 'Waiting for a result …',
  waiting_for_approval: 'Waiting for approval. A message takes the request back.',
  failed: 'This did not work. Send a message to go on.',
  cancelled: 'This chat was stopped. A message starts a new one.',
};

// What a person does.

/** Returns a listener that does work once at a time, and says in output why it failed. */
function submit(output, work) {
  let isBusy = false;
  return async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    output.textContent = '';
    await work(event).catch(({ status: answered, message }) => {
      output.textContent = answered ? message : 'Not sent: there is no connection.';
    });
    isBusy = false;
  };
}

async function say() {
  const text = page.say.value.trim();
  if (text === '') return;
  if (sent.text !== text) sent = { text, key: Date.now() + '-' + Math.random() };
  const headers = { 'idempotency-key': sent.key };
  const isNew = id === '' || status === 'cancelled';
  if (status === 'waiting_for_human')
    await post('threads/' + id + '/responses', { call_id: open, text });
  else if (isNew) {
    const response = await post('threads', { message: text }, headers);
    location.hash = (await response.json()).id;
  } else await post('threads/' + id + '/messages', { message: text }, headers);
  sent = {};
  page.say.value = '';
  page.chat.scrollTop = 0;
}

/** On a telephone, the focus of the input would open the keyboard. */
function focusInput() {
  const isTouch = matchMedia('(pointer: coarse)').matches;
  (isTouch ? page.chat : page.say).focus({ preventScroll: true });
}

function setSignedIn(isSignedIn) {
  for (const one of [page.chat, page.foot, page.fresh]) one.hidden = !isSignedIn;
  page.entry.hidden = isSignedIn;
  page.leave.hidden = !token || !isSignedIn;
}

function signOut(reason) {
  reading.abort();
  token = '';
  sessionStorage.removeItem('agent-token');
  page.log.replaceChildren();
  setSignedIn(false);
  page.refusal.textContent = reason;
  page.token.focus();
}

page.entry.onsubmit = (event) => {
  event.preventDefault();
  token = page.token.value.trim();
  sessionStorage.setItem('agent-token', token);
  page.token.value = '';
  void start().then(focusInput);
};
page.leave.onclick = () => {
  history.replaceState(null, '', '#');
  signOut('');
};
page.fresh.onclick = () => {
  location.hash = '';
  focusInput();
};
page.composer.onsubmit = submit(page.problem, say);
page.stop.onclick = submit(page.problem, () => post('threads/' + id + '/cancel', {}));
page.say.onkeydown = (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  page.composer.requestSubmit();
};
window.onhashchange = start;
void start();
`;
