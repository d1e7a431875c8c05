/** The list of threads. */
export const list = String.raw`
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
      if (after === '' && threads.length === 0) showList(found);
      after = page.next;
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
  const found = (search && count(shown.length) + ' of ') + many(all.length, 'thread');
  const more = isCut ? '. There are more: these are the first by id' : '';
  $('count').textContent = found + more;
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
`;
