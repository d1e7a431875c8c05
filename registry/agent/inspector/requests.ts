/** Sends requests, and asks for what they need: a token, a confirmation. */
export const requests = String.raw`
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
  $('dialog').showModal();
}
function askToken() {
  if ($('dialog').open) return;
  const field = input('Token', { type: 'password', required: true });
  ask('This server asks for its API_TOKEN', 'Open', field, (token) => {
    sessionStorage.setItem('token', token);
    location.reload();
  });
}
`;
