/** Replaces halves of surrogate pairs: providers reject a text that has one. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Cuts a text to `maxChars`, with a note of how much is missing, if this is the `whole`. */
export function truncate(text: string, maxChars: number, whole = true): string {
  if (text.length <= maxChars) return text;
  const start = wellFormed(text.slice(0, maxChars));
  const cut = text.length - maxChars;
  const note = whole
    ? `${cut} of ${text.length} characters cut`
    : `cut after ${maxChars} characters`;
  return `${start}\n [${note}]`;
}

/**
 * Replaces secrets by `[secret]`: by default, those of the environment. Redact a text before it is
 * folded or cut, because a part of a secret is not recognised.
 */
export function redact(text: string, secrets: readonly string[] = secretsIn(process.env)): string {
  const key = secrets.join('\0');
  if (key !== last.key) last = { key, redact: redactor(secrets) };
  return last.redact(text);
}

/** Is kept, because most calls have the same secrets. */
let last = { key: '', redact: (text: string) => text };

/** Returns secrets as they may stand in a text, the longest first. */
export function secretForms(secrets: readonly string[]): readonly string[] {
  const forms = [...new Set(secrets.flatMap(formsOf))].filter(({ length }) => length > 1);
  return forms.sort((a, b) => b.length - a.length);
}

/** Returns `redact` for many texts. It finds secrets also escaped, encoded, and on one line. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = secretForms(secrets);
  const shortest = forms.slice(-1)[0]?.length ?? Infinity;
  return (text) => {
    if (text.length < shortest) return text;
    const redacted = replaceAny(text, forms);
    const unescaped = unescapeJson(redacted);
    if (unescaped === redacted) return redacted;
    const both = replaceAny(unescaped, forms);
    // A text without an escaped secret keeps its escapes.
    return both === unescaped ? redacted : both;
  };
}

/** Replaces words in one pass, at each place the first that matches. */
function replaceAny(text: string, words: readonly string[]): string {
  const found = words.filter((word) => text.includes(word));
  if (found.length === 0) return text;
  const escaped = found.map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return text.replace(new RegExp(escaped.join('|'), 'g'), '[secret]');
}

/** Returns a secret as it may stand in a text: on one line or many, escaped, or encoded. */
function formsOf(secret: string): string[] {
  const lines = secret.split(/\r\n|\n|\r|\\n/);
  const text = lines.join('\n');
  const folded = text.replace(/\s+/g, ' ').trim();
  const whole = [secret, text, lines.join('\r\n'), folded];
  const plain = lines.length === 1 ? whole : [...whole, ...lines.filter(isLong)];
  return [
    ...plain,
    ...plain.map((form) => JSON.stringify(form).slice(1, -1)),
    ...urlFormsOf(wellFormed(secret)),
    ...base64Of(secret),
    ...base64Of(text),
  ];
}

/** Returns a secret as a part of a URL, and as a value of a query. */
function urlFormsOf(secret: string): string[] {
  const part = encodeURIComponent(secret);
  const value = new URLSearchParams([['', secret]]).toString().slice(1);
  const lowerCase = part.replace(/%../g, (code) => code.toLowerCase());
  return [part, value, lowerCase];
}

const MIN_LINE_CHARS = 16;

/** Whether a line of a secret tells something. The frame of a PEM key does not. */
const isLong = (line: string) => line.length >= MIN_LINE_CHARS && !line.startsWith('-----');

/** Returns a secret in base64. As a part of a longer text, it has one of three forms. */
function base64Of(secret: string): string[] {
  const parts = [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.from(' '.repeat(before) + secret);
    const [first, end] = [Math.ceil((before * 4) / 3), Math.floor((bytes.length * 4) / 3)];
    return alphabets.map((alphabet) => bytes.toString(alphabet).slice(first, end));
  });
  const whole = alphabets.map((alphabet) => Buffer.from(secret).toString(alphabet));
  return [...whole, ...parts].filter(({ length }) => length >= MIN_SECRET_CHARS);
}

const alphabets = ['base64', 'base64url'] as const;

const jsonEscape = /\\{1,4}(?:u(?!0022|005c|00[01])([\da-f]{4})|(\/))/gi;

/** Undoes escapes of single characters. Keeps those without which JSON could not be parsed. */
function unescapeJson(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(jsonEscape, (_, code: string | undefined, slash = '') =>
    code === undefined ? slash : String.fromCharCode(parseInt(code, 16)),
  );
}

/** Also at the end of a longer word, such as PGPASSWORD. */
const endings =
  'PASSWORD|PASSWD|PASSPHRASE|PASSCODE|TOKEN|SECRET|CREDENTIAL|(?:API|ACCESS|ACCOUNT)KEY';
const wholes = '(?<![A-Z])(?:KEY|PASS|PWD|PAT|DSN|CRED|WEBHOOK|CONNECTION_?STRING)';
/** Only at the end of a name: SSH_AUTH_SOCK and JWT_ISSUER are no secrets. */
const lasts =
  '(?<![A-Z])(?:AUTH|AUTHORIZATION|JWT|COOKIE|SESSION|BEARER|SALT|PRIVATE|SIG|SIGNATURE)';
const suffix = 'S?\\d*(?:_(?:CONFIG|HEADER|V?\\d+))?$';
const secretName = new RegExp(`(?:${endings}|${wholes})S?(?![A-Z])|${lasts}${suffix}`, 'i');

const publicEnd =
  'SOCK|FILE|PATH|DIR|NAME|TYPE|PREFIX|(?<!WEBHOOKS?_)UR[IL]|HOST|PORT|ADDRESS' +
  '|ISSUER|AUDIENCE|ALGORITHM|TTL|EXPIRY|TIMEOUT|DOMAIN';
const publicName = new RegExp(`^(?:OLD)?PWD$|^(?:DESKTOP|KDE|WT|XDG)_|_(?:${publicEnd})$`, 'i');

/** Splits the words of `accountKey`. */
const underscored = (name: string) => name.replace(/([a-z\d])([A-Z])/g, '$1_$2');

function isSecretName(name: string): boolean {
  const snake = underscored(name);
  return secretName.test(snake) && !publicName.test(snake);
}

const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const pathOfFile = /^(?:~|\.{0,2}|[A-Z]:)[\\/][^\n]*\.\w{1,5}$/i;
const urlWithPassword = /\b[\w+.-]{1,20}:\/\/(([^/?#\s:@]*):([^/\s]*))@\S*/g;
/** `key=value` of a query or a connection string, and `"key":"value"` of JSON. */
const field = /\b([\w.-]{1,64})(?:=|":\s?")([^;&\s"'#]+)/g;

/** Common words: to hide them would garble texts, and protect nothing. */
const guessed =
  /^(?:password|postgres|changeme|disabled|required|optional|undefined|production|development)$/i;
const MIN_SECRET_CHARS = 8;

/** Returns the secrets of an environment, and the secret parts of URLs and connection strings. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  const secrets = Object.entries(env).flatMap(([name, value = '']) => {
    const last = found.get(name);
    if (last?.value === value) return last.secrets;
    const one = { value, secrets: secretsOf(name, value.trim()) };
    found.set(name, one);
    return one.secrets;
  });
  return [...new Set(secrets)];
}

/** The secrets of each variable, while its value stays: to look takes long, and happens often. */
const found = new Map<string, { readonly value: string; readonly secrets: readonly string[] }>();

function secretsOf(name: string, text: string): readonly string[] {
  const isNamed = isSecretName(name) && !pathOfFile.test(text);
  const parts = isNamed || privateKey.test(text) ? listOf(text) : [];
  const all = [...parts, ...partsOf(text)];
  return all.filter((one) => one.length >= MIN_SECRET_CHARS && !guessed.test(one));
}

/** Returns a secret, and the items if it is a list of several. */
function listOf(value: string): string[] {
  const items = value.split(/[\s,;]+/);
  return [value, ...items.filter(isLong)];
}

/** Returns the secrets inside of a value. Its name can be any. */
function partsOf(value: string): string[] {
  const urls = [...value.matchAll(urlWithPassword)].flatMap(
    ([url, userInfo = '', user, password = '']) => {
      // Such a password is a default of developers. Its word stands in many texts.
      const own = password === user ? [] : [password, decode(password)];
      return [url, userInfo, decode(userInfo), ...own];
    },
  );
  const fields = [...value.matchAll(field)].flatMap(([, name = '', part = '']) =>
    secretName.test(underscored(name)) ? [part, decode(part)] : [],
  );
  return [...urls, ...fields];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const unseen = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;
// Joiners and variation selectors stay: emoji need them.
const unprintable = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Escapes each character that cannot be seen, as `\u{202e}`: for what a person approves. */
export function escapeUnseen(text: string): string {
  return text.replace(unseen, escapeCharacter);
}

/** Escapes what a terminal acts on, except line feeds. Emoji stay whole. */
export function escapeControls(text: string): string {
  return text.replace(unprintable, escapeCharacter);
}

const escapeCharacter = (one: string) => `\\u{${one.codePointAt(0)?.toString(16)}}`;
