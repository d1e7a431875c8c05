import { expect, test } from 'vitest';
import { truncate, escapeUnseen, redact, secretsIn } from './sanitize.ts';
import { contextWindow, escapeTags, formatValue, withoutRecoveredErrors } from './context.ts';
import type { Event, Step } from './event.ts';

const at = '2026-01-01T00:00:00.000Z';
const context = contextWindow();
const message = (text: string): Event => ({
  type: 'message',
  channel: 'test',
  from: 'ada',
  text,
  at,
});
const result = (value: unknown, call_id = 't:1'): Event => ({
  type: 'tool_result',
  call_id,
  attempt: 1,
  result: value,
  at,
});
const failed = (call_id: string): Event => ({
  type: 'tool_error',
  call_id,
  attempt: 1,
  error: 'no',
  at,
});
const call = (call_id: string, step: Step): Event => ({
  type: 'tool_call',
  call_id,
  step,
  awaits: 'result',
  at,
});

// So many take a while on a busy machine.
const MANY = { timeout: 60_000 };

test('a thread as the model sees it', () => {
  const events: Event[] = [
    message('ship it\nplease'),
    call('t:1', { intent: 'list_releases' }),
    { type: 'tool_started', call_id: 't:1', attempt: 1, by: 'p', lease_until: at, at },
    result([
      { version: '1.4.2', date: '2026-11-18' },
      { version: '1.4.1', date: '2026-11-02' },
    ]),
    call('t:4', {
      intent: 'deploy',
      version: '1.4.2',
      options: { dryRun: false, hosts: ['a', 'b'] },
    }),
    {
      type: 'approval',
      call_id: 't:4',
      approved: false,
      by: 'bob',
      comment: 'the back end first',
      at,
    },
  ];
  expect(context(events).join('\n')).toBe(`\
<message>
 from: ada
 text: ship it
   please
<tool_call>
 intent: list_releases
<tool_result>
 version|date
 1.4.2|2026-11-18
 1.4.1|2026-11-02
<tool_call>
 intent: deploy
 version: 1.4.2
 options:
  dryRun: false
  hosts:
   - a
   - b
<approval>
 approved: false
 by: bob
 comment: the back end first`);
});

test('the model reads who made a copy, and not that steps of it need approval', () => {
  const events: Event[] = [
    message('ship it'),
    { type: 'forked', by: 'eve\n<forked>', thread: 't_1', version: 1, at },
    { type: 'lifted', by: 'bob', at },
  ];
  expect(context(events).slice(1)).toEqual([
    `<forked>\n copied from t_1 by eve\n   &lt;forked>: what is above happened there`,
  ]);
});

// prettier-ignore
const pieces = [
  '<', '</', '>', '/', '&', '&lt;', '&amp;', 'lt;', 'message', 'TOOL_RESULT', '</message>',
  '< approval >', '<div>', '\n', '\r\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029', ' ', '  ',
  '|',  'approved: true', 'from: bob', '- ', '"', '\\', ']]>', '<!--', 'x', '\0', '\ufeff', '🙂',
];

function hostileTexts(count: number): string[] {
  let seed = 42;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + random(12) }, () => pieces[random(pieces.length)]).join(''),
  );
}

test('no text can forge a tag or a line: 100,000 hostile ones', MANY, () => {
  const isForged = (text: string) => {
    const [block = ''] = context([message(text)]);
    const rows = block.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);
    const tags = rows.filter((row) => !row.startsWith(' '));
    const keys = rows.filter((row) => /^ \S/.test(row));
    return (
      tags.join() !== '<message>' ||
      keys.length !== 2 ||
      /<[\s/]*(message|tool_result|approval)\b/i.test(block.slice(1))
    );
  };
  const [forged] = hostileTexts(100_000).filter(isForged);
  expect(JSON.stringify(forged)).toBeUndefined();
});

test('what was escaped can be read back: 100,000 hostile texts', MANY, () => {
  const unescape = (text: string) =>
    text.replace(/&(?:amp;)*lt;/g, (entity) => (entity === '&lt;' ? '<' : `&${entity.slice(5)}`));
  const [changed] = hostileTexts(100_000).filter((text) => unescape(escapeTags(text)) !== text);
  expect(JSON.stringify(changed)).toBeUndefined();
});

test('code and markup stay as they are', () => {
  const text = 'if (a < b && c) return <div class="x">&nbsp;</div>';
  expect(context([message(text)])[0]).toContain(text);
});

test('without errors, the window is a prefix of every later one', () => {
  const events = Array.from({ length: 60 }, (_, i) =>
    i % 2 ? result('ok', `t:${i - 1}`) : call(`t:${i}`, { intent: 'read', i }),
  );
  const whole = context(events);
  for (let length = 0; length <= events.length; length++) {
    expect(contextWindow()(events.slice(0, length))).toEqual(whole.slice(0, length));
  }
});

test('a failed call goes once its intent succeeds, an error of the model once it chooses', () => {
  const failure = [message('go'), call('t:1', { intent: 'read', n: 1 }), failed('t:1')];
  expect(withoutRecoveredErrors(failure)).toEqual(failure);
  const other = [...failure, call('t:3', { intent: 'write' }), result('ok', 't:3')];
  expect(withoutRecoveredErrors(other)).toEqual(other);
  const success = [call('t:3', { intent: 'read', n: 2 }), result('ok', 't:3')];
  expect(withoutRecoveredErrors([...failure, ...success])).toEqual([message('go'), ...success]);
  const mistake: Event = { type: 'model_error', error: 'nonsense', at };
  expect(withoutRecoveredErrors([message('go'), mistake])).toEqual([message('go'), mistake]);
  expect(withoutRecoveredErrors([message('go'), mistake, ...success])).toEqual([
    message('go'),
    ...success,
  ]);
});

test('a secret is never shown, wherever it stands; a long block is cut, with a note', () => {
  const env = { API_KEY: 'hunter2hunter2', HOME: '/home/ada', SHORT_KEY: 'abc', EMPTY_TOKEN: '' };
  expect(secretsIn(env)).toEqual(['hunter2hunter2']);
  const safe = contextWindow({ secrets: secretsIn(env), maxChars: 100 });
  const [block = ''] = safe([
    result({ hunter2hunter2: ['hunter2hunter2', `x hunter2hunter2 ${'y'.repeat(9_000)}`] }),
  ]);
  expect(block).not.toContain('hunter2');
  expect(block.length).toBeLessThan(200);
  expect(block).toMatch(/\n \[\d+ of \d+ characters cut\]$/);
  expect(truncate('short', 100)).toBe('short');
});

test('a block formats no more of a long result than it shows', () => {
  let formatted = 0;
  const item = {
    get number() {
      formatted += 1;
      return formatted;
    },
  };
  const items = Array.from({ length: 10_000 }, () => [item]);
  const [block] = contextWindow({ maxChars: 1_000 })([result(items)]);
  expect(block).toMatch(
    /^<tool_result>\n -\n {2}-\n {3}number: 1\n[^]*\n \[cut after 1000 characters\]$/,
  );
  expect(formatted).toBeLessThan(1_000);
});

// prettier-ignore
test.each([
  'API_KEY', 'OPENAI_KEYS', 'OPENAI_API_KEY_2', 'APIKEY', 'STRIPE_SECRET_KEY_LIVE', 'KEY',
  'TOKENS', 'GITHUB_TOKEN', 'CI_JOB_JWT_V2', 'JWT', 'SECRETS', 'REPORT_SECRET', 'A_PAT',
  'PGPASSWORD', 'POSTGRES_PASSWORD', 'DB_PASS', 'DB_PWD', 'MYSQL_PWD', 'PASSWD',
  'SSH_PASSPHRASE', 'BASIC_AUTH', 'AUTH', 'HTTP_AUTH_HEADER', 'DOCKER_AUTH_CONFIG', 'SIGNATURE',
  'SESSION_COOKIE', 'TELEGRAM_SESSION', 'CREDS', 'AWS_CREDENTIALS', 'CREDENTIAL', 'BEARER',
  'SENTRY_DSN', 'AZURE_STORAGE_CONNECTION_STRING', 'ConnectionStrings__Main', 'PASSWORD_SALT',
  'SLACK_WEBHOOK_URL', 'DISCORD_WEBHOOK', 'SIGNING_PRIVATE', 'npm_config__auth',
  'npm_config_//registry.example.com/:_authToken', 'accessToken', 'client-secret',
])('%s is the name of a secret', (name) => {
  expect(secretsIn({ [name]: 'what-it-holds' })).toEqual(['what-it-holds']);
});

// prettier-ignore
test.each([
  'PWD', 'OLDPWD', 'INIT_CWD', 'HOME', 'PATH', 'KEYBOARD', 'MONKEY', 'TURKEY', 'COMPAT', 'BYPASS',
  'COMPASS_URL', 'SSH_AUTH_SOCK', 'SSH_ASKPASS', 'GIT_ASKPASS', 'VSCODE_GIT_ASKPASS_MAIN',
  'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_SESSION_ID', 'XDG_SESSION_PATH', 'SESSION_MANAGER',
  'DESKTOP_SESSION', 'SESSIONNAME', 'TERM_SESSION_ID', 'GNOME_KEYRING_CONTROL',
  'KEYCLOAK_URL', 'AUTHOR', 'GIT_AUTHOR_NAME', 'TOKENIZERS_PARALLELISM', 'SECRETARY',
  'JWT_ISSUER', 'AUTH_URL', 'TOKEN_URL', 'COOKIE_DOMAIN', 'KEY_PREFIX', 'PRIVATE_NETWORK',
  'AWS_WEB_IDENTITY_TOKEN_FILE', 'SSH_KEY_PATH', 'PGPASSFILE', 'WEBHOOK_HOST', 'PASSENGER_APP_ENV',
  'npm_config_auth_type', 'npm_config_user_agent', 'npm_config_globalconfig', 'npm_package_json',
  'npm_package_author_name', 'KUBERNETES_SERVICE_HOST', 'ACTIONS_ID_TOKEN_REQUEST_URL', 'CI_JOB_ID',
])('%s is not the name of a secret', (name) => {
  expect(secretsIn({ [name]: 'what-it-holds' })).toEqual([]);
});

const connection = 'AccountName=ada;AccountKey=letters-of-key;Pwd=p%40ssw0rds';

test.each([
  ['a path of a file', { GOOGLE_APPLICATION_CREDENTIALS: '/etc/google/ada.json' }, []],
  ['a word that all texts have', { POSTGRES_PASSWORD: 'postgres', X_AUTH: 'required' }, []],
  ['less than 8 characters', { A_KEY: ' 1234567 ' }, []],
  ['a URL without a secret', { LLM_BASE_URL: 'http://localhost:11434/v1?version=20231101' }, []],
  [
    'the password of a URL, also decoded',
    { A_URL: 'postgres://app:Sandal%2F1234@db.internal:5432/app' },
    [
      'postgres://app:Sandal%2F1234@db.internal:5432/app',
      'app:Sandal%2F1234',
      'app:Sandal/1234',
      'Sandal%2F1234',
      'Sandal/1234',
    ],
  ],
  [
    'a default password of a URL not alone',
    { A_URL: 'postgres://postgres:postgres@localhost/app' },
    ['postgres://postgres:postgres@localhost/app', 'postgres:postgres'],
  ],
  [
    'a password that is not well encoded',
    { A_URL: 'redis://:100%secure%@host' },
    ['redis://:100%secure%@host', ':100%secure%', '100%secure%'],
  ],
  [
    'fields of a query',
    { CALLBACK: 'https://x.example/y?user=abcdefghij&token=abcdefgh1&sig=a%2B-letters' },
    ['abcdefgh1', 'a%2B-letters', 'a+-letters'],
  ],
  [
    'fields of a connection string',
    { STORAGE: connection },
    ['letters-of-key', 'p%40ssw0rds', 'p@ssw0rds'],
  ],
  [
    'fields of JSON',
    { CONFIG: '{"auths":{"x":{"auth": "letters-of-auth"}}}' },
    ['letters-of-auth'],
  ],
  [
    'the items of a list',
    { API_KEYS: 'key-number-one-111, key-number-two-222' },
    ['key-number-one-111, key-number-two-222', 'key-number-one-111', 'key-number-two-222'],
  ],
  [
    'a private key, under any name',
    { SIGNER: '-----BEGIN PRIVATE KEY-----\nrow-number-1-of1\n-----END PRIVATE KEY-----' },
    [
      '-----BEGIN PRIVATE KEY-----\nrow-number-1-of1\n-----END PRIVATE KEY-----',
      'row-number-1-of1',
    ],
  ],
])('the secrets of an environment: %s', (_, env, secrets) => {
  expect(secretsIn(env)).toEqual(secrets);
});

const pem = '-----BEGIN KEY-----\nrow-number-1-of-it\nrow-number-2-of-it\n-----END KEY-----';
const hidden = '[secret]';
const base64 = (text: string) => Buffer.from(text).toString('base64');

test.each([
  ['plain', 'Sandal/1234', 'is Sandal/1234 right?', 'is [secret] right?'],
  ['twice', 'Sandal/1234', 'Sandal/1234Sandal/1234', '[secret][secret]'],
  ['of a pattern', '$&(.*)+?[a', 'a $&(.*)+?[a b', 'a [secret] b'],
  ['quoted in JSON', 'a"quoted\\key', JSON.stringify('a"quoted\\key'), '"[secret]"'],
  ['escaped by code', 'Sandal/1234', '{"a":"\\u0053and\\u0061l\\/1234\\n"}', '{"a":"[secret]\\n"}'],
  ['escaped twice', 'Sandal/1234', '\\\\u0053and\\u0061l\\\\u002f1234', hidden],
  ['escaped beyond ASCII', 'caf\u00e9-table', 'caf\\u00e9-table', hidden],
  [
    'percent-encoded',
    'Sandal/1234+',
    'https://x.example/Sandal%2F1234%2B',
    'https://x.example/[secret]',
  ],
  ['in base64', 'Sandal/1234', `Basic ${base64('Sandal/1234')}`, 'Basic [secret]'],
  ['in base64url', '~~~~Sandal???', Buffer.from('~~~~Sandal???').toString('base64url'), hidden],
  ['folded', 'two  spaces pass', 'two spaces pass', hidden],
  ['of many lines', pem, `${pem}.`, '[secret].'],
  ['of many lines, folded', pem, pem.replaceAll('\n', ' '), hidden],
  ['with CRLF', pem, pem.replaceAll('\n', '\r\n'), hidden],
  ['set with CRLF', pem.replaceAll('\n', '\r\n'), pem, hidden],
  ['set with \\n', pem.replaceAll('\n', '\\n'), pem, hidden],
  ['of many lines, in JSON', pem, JSON.stringify(pem), '"[secret]"'],
  [
    'of many lines, in JSON twice',
    pem,
    JSON.stringify(JSON.stringify(pem)),
    '"\\"-----BEGIN KEY-----\\\\n[secret]\\\\n[secret]\\\\n-----END KEY-----\\""',
  ],
  ['of many lines, a line', pem, '| row-number-1-of-it |', '| [secret] |'],
])('a secret %s is redacted', (_, secret, text = '', redacted) => {
  expect(redact(text, [secret])).toBe(redacted);
});

test.each([0, 1, 2, 3])('in base64, a secret after %i characters is redacted', (before) => {
  const encoded = base64(`${'x'.repeat(before)}hunter2hunter2: and more`);
  const [start = '', end = ''] = redact(encoded, ['hunter2hunter2']).split(hidden);
  expect(Buffer.from(start, 'base64').toString()).not.toContain('hu');
  expect(end).toBe(encoded.slice(-end.length));
});

test.each([
  ['without secrets', 'C:\\new \\u0041 as it is', []],
  ['with an empty secret', 'as it is', ['']],
  ['with escapes of no secret', '\\u0041 is a letter, \\/ a slash', ['Sandal/1234']],
  ['with a frame of a key', '-----BEGIN KEY-----', [pem]],
  ['with half a secret', 'Sandal/123 Sandal', ['Sandal/1234']],
])('a text %s stays', (_, text, secrets) => {
  expect(redact(text, secrets)).toBe(text);
});

test('rows of a secret in a result are redacted', () => {
  const [block = ''] = contextWindow({ secrets: [pem] })([result({ stdout: pem.split('\n') })]);
  expect(block).not.toMatch(/row-number/);
});

test('the longest of the secrets at a place is redacted, as one by one: 20,000 texts', MANY, () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const word = (length: number) => Array.from({ length }, () => 'abz'[random(3)]).join('');
  const oneByOne = (text: string, secrets: readonly string[]) => {
    let rest = text;
    let done = '';
    while (rest !== '') {
      const found = secrets.filter((secret) => rest.startsWith(secret));
      const length = Math.max(0, ...found.map((secret) => secret.length));
      done += length > 0 ? hidden : rest[0];
      rest = rest.slice(length || 1);
    }
    return done;
  };
  const wrong = Array.from({ length: 20_000 }, () => ({
    secrets: Array.from({ length: 1 + random(4) }, () => word(2 + random(9))),
    text: word(random(40)),
  })).find(({ text, secrets }) => redact(text, secrets) !== oneByOne(text, secrets));
  expect(wrong).toBeUndefined();
});

test.each([
  ['a reversed text', 'pay\u202e001', 'pay\\u{202e}001'],
  ['a hidden tag', 'a\u{e0041}b', 'a\\u{e0041}b'],
  ['no width', 'a\u200bb\u2060\u2061', 'a\\u{200b}b\\u{2060}\\u{2061}'],
  ['a soft hyphen', 'pass\u00adword', 'pass\\u{ad}word'],
  ['a variation selector', 'a\ufe0f\u{e0100}', 'a\\u{fe0f}\\u{e0100}'],
  ['a filler', '\u3164', '\\u{3164}'],
  ['a control', '\u001b[2J\u009b', '\\u{1b}[2J\\u{9b}'],
  ['an emoji of several characters', '👩\u200d👧', '👩\\u{200d}👧'],
])('%s is shown where a person approves', (_, text, shown) => {
  expect(escapeUnseen(text)).toBe(shown);
});

test('a text is cut between characters, and half of one is never sent', () => {
  const texts = [`${'x'.repeat(81)}🙂🙂`, `${'x'.repeat(82)}🙂🙂`, 'half: \ud83d'];
  const blocks = texts.flatMap((text) => contextWindow({ maxChars: 100 })([message(text)]));
  expect(blocks.filter((block) => /\p{Surrogate}/u.test(block))).toEqual([]);
});

test.each([
  ['nothing', null, 'null'],
  ['a number', 42, '42'],
  ['all digits of a fraction', 0.1 + 0.2, '0.30000000000000004'],
  ['an empty list', [], '[]'],
  ['an empty text', '', ''],
  ['a list of mixed things', ['a', 1, { b: 2 }], '- a\n- 1\n-\n b: 2'],
  ['what is undefined', { a: undefined, b: 1 }, 'b: 1'],
  ['rows with a bar in a cell', [{ a: 'x|y' }, { a: 'z' }], 'a\nx\\|y\nz'],
  [
    'rows of numbers',
    [
      { a: 1e21, b: 1 / 3 },
      { a: -0, b: 123456789012 },
    ],
    'a|b\n1e+21|0.3333333333333333\n0|123456789012',
  ],
  ['rows of different columns', [{ a: 1 }, { b: 2 }], '-\n a: 1\n-\n b: 2'],
  ['deep rows', [{ a: { b: 1 } }, { a: { b: 2 } }], '-\n a:\n  b: 1\n-\n a:\n  b: 2'],
])('%s as lines', (_, value, text) => {
  expect(formatValue(value, '', (item) => item, 1_000)).toBe(text);
});
