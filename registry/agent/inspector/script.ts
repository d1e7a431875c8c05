import { acts } from './acts.ts';
import { elements } from './elements.ts';
import { events } from './events.ts';
import { list } from './list.ts';
import { requests } from './requests.ts';
import { thread } from './thread.ts';

/** Opens threads by the address, and reads the keyboard. */
const start = String.raw`
/** A text that is not encoded stays as it is. */
function idOf(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
function openThread() {
  const id = idOf(location.hash.slice(1));
  view?.end.abort();
  view = undefined;
  document.body.classList.toggle('open', id !== '');
  for (const name of ['events', 'request', 'facts']) $(name).replaceChildren();
  for (const name of ['draft', 'newest']) $(name).hidden = true;
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
  if (isAtEnd) $('newest').hidden = true;
};
$('newest').onclick = () => {
  $('newest').hidden = true;
  isAtEnd = true;
  keepAtEnd();
  $('scroll').focus();
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

/** The program of the page. It is one module, in parts. */
export const script = [elements, requests, list, thread, events, acts, start].join('\n');
