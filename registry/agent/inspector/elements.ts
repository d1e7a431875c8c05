/** Makes elements, and the texts of values: those of threads only become text nodes. */
export const elements = String.raw`
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
const halves = /\p{Surrogate}/gu; // A URL cannot have half of a character.
const link = (id) => {
  const href = '#' + encodeURIComponent(id.replace(halves, ''));
  return make('a.mono', { href }, plain(id));
};
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
const many = (number, noun) => count(number) + ' ' + noun + (number === 1 ? '' : 's');
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
`;
