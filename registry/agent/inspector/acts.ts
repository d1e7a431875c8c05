/** All that a person can do. */
export const acts = String.raw`
async function act(operation, body, then) {
  tell('');
  $('acts').inert = true;
  try {
    const json = typeof body === 'string' ? body : JSON.stringify(body);
    const path = pathOf(view.id, operation + '?drafts=true');
    const thread = await (await request(path, json)).json();
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
  const deny = (comment) => {
    if (comment) return decide({ approved: false, comment });
    tell('Say why: the agent reads it.');
    reason.focus();
  };
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
`;
