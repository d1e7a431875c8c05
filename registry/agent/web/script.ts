/**
 * The script of the chat page. Edit it. It is a text, because it is for browsers: so every compiler
 * and every bundle takes it along. It may have no backtick, and no dollar sign before a brace.
 */
export const script = String.raw`
// First the HTTP API, then how events are shown, then the acts of a person.

const api = new URL('..', import.meta.url); // So the server may be mounted at any path.
const all = Array.from(document.querySelectorAll('[id]'), (one) => [one.id, one]);
const page = Object.fromEntries(all);
const calls = new Map(); // By the id of a call, a function that shows how it went on.
let token = sessionStorage.getItem('agent-token') ?? '';
let id, version, status, open, drafts, reading, owner;
let sent = {}; // The last message. By its key it counts once, even if it is sent again.

async function call(method, path, body, { headers, ...more } = {}) {
  const bearer = token && { authorization: 'Bearer ' + token };
  const json = body && { 'content-type': 'application/json' };
  const init = { ...more, method, body: JSON.stringify(body) };
  init.headers = { ...headers, ...bearer, ...json };
  const response = await fetch(new URL(path, api), init);
  if (response.ok) return response;
  if (response.status === 401) signOut(token && 'This token is not accepted.');
  const { error = 'The server failed.' } = await response.json().catch(() => ({}));
  throw Object.assign(new Error(error), { status: response.status });
}

const post = (path, body, headers) => call('POST', path + '?drafts=true', body, { headers });

/** Shows the thread that the address names, and follows it. */
async function start() {
  reading?.abort();
  reading = new AbortController();
  const { signal } = reading;
  [id] = /^[\w-]{1,64}$/.exec(location.hash.slice(1)) ?? [''];
  [version, status, owner] = [0, 'done'];
  calls.clear();
  page.log.replaceChildren();
  page.log.ariaLive = 'off';
  page.problem.textContent = '';
  endDraft();
  showSignedIn(true);
  focusInput();
  showStatus('Loading …');
  while (!signal.aborted) {
    try {
      await read(signal);
      if (!id || status === 'cancelled') return;
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 409) return start();
      if (error.status < 500) return showStatus(error.message);
      showStatus((error.status ? error.message : 'No connection.') + ' Trying again …');
    }
    endDraft();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

/** Reads events until the connection ends. */
async function read(signal) {
  const path = id ? 'threads/' + id + '/events?drafts=true' : 'threads?limit=1';
  const headers = { 'last-event-id': version };
  const { body } = await call('GET', path, undefined, { signal, headers });
  showStatus();
  // Screen readers do not read what was said before.
  setTimeout(() => (page.log.ariaLive = 'polite'), 1_000);
  const reader = id && body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; reader;) {
    // The server sends something every 15 s.
    const timer = setTimeout(() => reader.cancel(), 40_000);
    const { done, value } = await reader.read();
    clearTimeout(timer);
    if (done) return;
    const blocks = (text + value).split('\n\n');
    text = blocks.pop();
    const lines = blocks.flatMap((block) => block.split('\n'));
    for (const line of lines.filter((one) => one.startsWith('data: ')))
      if (!signal.aborted) take(JSON.parse(line.slice(6)));
  }
}

function take({ process, event, ...data }) {
  if (process) return takeDraft(process, data);
  endDraft();
  show[event.type]?.(event);
  ({ version, status } = data);
  showStatus();
}

function takeDraft(process, { withdrawn, field, offset, text, ...after }) {
  if (withdrawn || process !== drafts.process) endDraft();
  const before = drafts.get(field) ?? '';
  if (withdrawn || after.version !== version || offset > before.length) return;
  drafts.process = process;
  drafts.set(field, before.slice(0, offset) + text);
  page.draft.replaceChildren(...rich(...drafts.values()));
}

function endDraft() {
  drafts = new Map();
  page.draft.replaceChildren();
}

// How events are shown. Texts become text nodes: none is ever read as HTML.

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  Object.assign(element, { className, dir: 'auto' }).append(...children);
  return element;
}

function add(...parts) {
  const element = make(...parts);
  page.log.append(element);
  return element;
}

/** Escapes each character that cannot be seen: for what a person approves, and for names. */
const clear = (text) => String(text).replace(unseen, escapeOne);
const unseen = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;
/** Controls, and what turns the direction of the text around it. */
const turning = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
const escapeOne = (one) => '\\u{' + one.codePointAt(0).toString(16) + '}';

const isText = (value) => typeof value === 'string';
const hasLines = (value) => isText(value) && value.includes('\n');
const json = (value) => JSON.stringify(value, null, 2) ?? '';
const asText = (value) => (isText(value) ? value : json(value));
/** Shows each character. A text of one line is in quotes. */
const exact = (value) => (hasLines(value) ? value : json(value)).split('\n').map(clear).join('\n');

/** Shows lines between two lines of three backticks as code. */
function rich(...values) {
  const given = values.flat().filter((one) => one !== undefined);
  const text = given.map(asText).join('\n\n').replace(turning, escapeOne);
  const parts = text.split(/^\x60{3}/m);
  return parts.map((part, at) => {
    if (at % 2 === 1) return make('pre', '', part.replace(/^[^\n]*\n|\n$/g, ''));
    return part.replace(/^\s*\n|\n+$/g, '');
  });
}

const rows = ({ intent, ...values }) =>
  Object.entries(values).flatMap(([name, value]) => [
    make('dt', '', clear(name) + (hasLines(value) ? ' (text)' : '')),
    make('dd', '', make('pre', '', exact(value))),
  ]);

const settle = (call_id, ...outcome) => calls.get(call_id)?.(...outcome);
const unknown = 'has an unknown outcome';
const because = (text, reason) => clear(reason ? text + ': ' + reason : text + '.');

/** How events are shown, by their type. Others are not. */
const show = {
  __proto__: null,
  message({ from, text, data }) {
    if (['ready', 'waiting_for_approval'].includes(status)) settle(open, 'Taken back.');
    showSaid(from, text, data);
  },
  tool_call(call) {
    open = call.call_id;
    const { intent, ...values } = call.step;
    const isDenied = call.objection?.deny !== undefined;
    if (call.awaits === 'result' || isDenied) showTool(call);
    else if (call.awaits === 'approval') showRequest(call);
    else add('div', 'agent', ...rich(...Object.values(values)));
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
  human_response: ({ by, text }) => showSaid(by, text),
  handed_over({ call_id, reason }) {
    open = call_id;
    settle(call_id, unknown);
    add('div', 'agent', ...rich(reason));
  },
  expired: ({ call_id }) => settle(call_id, 'Expired: no answer came in time.'),
  model_error: ({ error }) => add('p', 'note', because('The model failed', error)),
  cancelled({ by, reason }) {
    if (['ready', 'waiting_for_approval'].includes(status)) settle(open, 'Stopped.');
    if (['running', 'waiting_for_result'].includes(status)) settle(open, unknown);
    add('p', 'note', because('Stopped by ' + by, reason));
  },
  forked({ by }) {
    owner = by;
    add('p', 'note', clear(by) + ' made this copy. Its steps need approval.');
  },
  lifted: ({ by }) => add('p', 'note', clear(by) + ' lets its steps run as the policy says.'),
};

/** Names the sender of what did not come from the owner of the thread. */
function showSaid(from, ...values) {
  owner ??= from;
  const name = from === owner ? [] : [make('b', '', clear(from))];
  add('div', 'person', ...name, ...rich(...values));
}

function showTool({ call_id, step }) {
  const outcome = make('span', '', '…');
  const summary = make('summary', '', make('b', '', clear(step.intent)), ' ', outcome);
  const list = make('dl', '', ...rows(step));
  add('details', 'tool', summary, list);
  calls.set(call_id, (text, result = {}) => {
    outcome.textContent = clear(text);
    list.append(...rows(result));
  });
}

function showRequest(request) {
  const { call_id, step, objection = {}, due } = request;
  const { approvers = ['the approvers of this agent'], count = 1, not_requester } = objection;
  const facts = [
    'Who may approve: ' + approvers.map(clear).join(', '),
    not_requester && 'not the person who asked',
    count > 1 && count + ' people have to',
    due && 'expires ' + new Date(due).toLocaleString(),
  ];
  const card = add('section', 'request', page.request.content.cloneNode(true));
  const [title, why, list, note, answers, outcome] = card.children;
  const [approval, denial, reason] = answers.querySelectorAll('form, input');
  title.append('Approve ' + clear(step.intent) + '?');
  why.append(clear(objection.ask ?? ''));
  list.append(...rows(step));
  note.append(facts.filter(Boolean).join(' · '));
  const answer = async (decision) => {
    await post('threads/' + id + '/approvals', { call_id, ...decision });
    focusInput();
  };
  approval.onsubmit = submit(outcome, () => answer({ approved: true }));
  denial.onsubmit = submit(outcome, () => answer({ approved: false, comment: reason.value }));
  denial.firstElementChild.ontoggle = () => reason.focus();
  calls.set(call_id, (text) => {
    answers.remove();
    outcome.textContent = text;
    // A call that was approved goes on as any other.
    calls.set(call_id, (...next) => {
      showTool(request);
      settle(call_id, ...next);
    });
  });
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

function showStatus(problem) {
  const text = problem ?? words[status] ?? '';
  if (page.status.textContent !== text) page.status.textContent = text;
  page.status.className = text.endsWith('…') ? 'busy' : '';
  page.hello.hidden = id !== '' || text !== '';
  page.stop.hidden = ['done', 'failed', 'cancelled'].includes(status);
  page.say.placeholder = status === 'waiting_for_human' ? 'Your answer' : 'Message';
}

// The acts of a person.

/** Returns a listener that does the work, once at a time, and says in output why it failed. */
function submit(output, work) {
  let isBusy = false;
  return async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    output.textContent = '';
    await work().catch((error) => {
      output.textContent = error.status ? error.message : 'Not sent: there is no connection.';
    });
    isBusy = false;
  };
}

async function sendText() {
  const typed = page.say.value;
  const text = typed.trim();
  if (text === '') return;
  if (sent.text !== text) sent = { text, key: Date.now() + '-' + Math.random() };
  const key = { 'idempotency-key': sent.key };
  const thread = 'threads/' + id;
  if (status === 'waiting_for_human') await post(thread + '/responses', { call_id: open, text });
  else if (id && status !== 'cancelled') await post(thread + '/messages', { message: text }, key);
  else location.hash = (await (await post('threads', { message: text }, key)).json()).id;
  sent = {};
  // Text that was typed meanwhile is for the next message.
  if (page.say.value.startsWith(typed)) page.say.value = page.say.value.slice(typed.length);
  page.chat.scrollTop = 0;
}

/** On a telephone, the focus of the input would open the keyboard. */
function focusInput() {
  const isTouch = matchMedia('(pointer: coarse)').matches;
  (isTouch ? page.chat : page.say).focus({ preventScroll: true });
}

function showSignedIn(isSignedIn) {
  for (const one of [page.chat, page.foot, page.fresh]) one.hidden = !isSignedIn;
  page.entry.hidden = isSignedIn;
  page.leave.hidden = !token || !isSignedIn;
}

function signOut(reason) {
  reading.abort();
  token = '';
  sessionStorage.removeItem('agent-token');
  page.log.replaceChildren();
  endDraft();
  showSignedIn(false);
  page.refusal.textContent = reason;
  page.token.focus();
}

page.entry.onsubmit = (event) => {
  event.preventDefault();
  token = page.token.value.trim();
  sessionStorage.setItem('agent-token', token);
  page.token.value = '';
  void start();
};
page.leave.onclick = () => {
  history.replaceState(null, '', '#');
  page.say.value = '';
  signOut('');
};
page.fresh.onclick = () => (location.hash = '');
page.composer.onsubmit = submit(page.problem, sendText);
page.stop.onclick = submit(page.problem, async () => {
  await post('threads/' + id + '/cancel', {});
  focusInput();
});
page.say.onkeydown = (event) => {
  // Enter also ends a word of an input method; Safari says so only by this code.
  const isTyping = event.shiftKey || event.isComposing || event.keyCode === 229;
  if (event.key !== 'Enter' || isTyping) return;
  event.preventDefault();
  page.composer.requestSubmit();
};
window.onhashchange = start;
void start();
`;
