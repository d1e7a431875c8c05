import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { isSigned } from './http.ts';

// The example of Slack's documentation.
// cspell:disable
const secret = '8f742231b10e8888abcd99yyyzzz85a5';
const timestamp = '1531420618';
const body =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V' +
  '&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=' +
  '&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554' +
  '%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.' +
  '803a0bc887a14d10d2c447fce8b6703c';
// cspell:enable
const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';
const now = Number(timestamp) * 1_000;

type Sent = {
  body?: string;
  timestamp?: string;
  signature?: string;
  now?: number;
  secret?: string;
};

function check(sent: Sent): boolean {
  const headers = new Headers({
    'x-slack-request-timestamp': sent.timestamp ?? timestamp,
    'x-slack-signature': sent.signature ?? signature,
  });
  const settings = {
    secret: sent.secret ?? secret,
    now: sent.now ?? now,
  };
  return isSigned(Buffer.from(sent.body ?? body), headers, settings);
}

const sign = (text: string, at: string) =>
  `v0=${createHmac('sha256', secret).update(`v0:${at}:${text}`).digest('hex')}`;

test.each<[string, Sent]>([
  ['as documented', {}],
  ['five minutes later', { now: now + 300_000 }],
  ['five minutes too early', { now: now - 300_000 }],
])('the published example is accepted, %s', (_, sent) => {
  expect(check(sent)).toBe(true);
});

const hex = signature.slice(3);
const mutations: readonly Sent[] = [
  // Each character of the signature, changed.
  ...Array.from(hex, (one, n) => ({
    signature: `v0=${hex.slice(0, n)}${one === '0' ? '1' : '0'}${hex.slice(n + 1)}`,
  })),
  ...['', 'v0', 'v0=', hex, `v1=${hex}`, `V0=${hex}`, `v0=${hex.toUpperCase()}`, `v0=${hex}0`].map(
    (one) => ({ signature: one }),
  ),
  ...[
    `v0=${hex.slice(1)}`,
    ` ${signature}x`,
    `v0=${'é'.repeat(64)}`,
    `${signature},${signature}`,
  ].map((one) => ({ signature: one })),
  ...[
    '',
    `${body}&`,
    body.slice(1),
    body.toUpperCase(),
    body.replace('foobar', 'other'),
    `\n${body}`,
  ].map((one) => ({ body: one })),
  ...[
    '',
    '0',
    '-1',
    'NaN',
    '1e9',
    '0x5b47',
    '1531420618.0',
    '+1531420618',
    '01531420618',
    '1531420619',
  ].map((one) => ({ timestamp: one })),
  ...['', secret.slice(1), `${secret} `, secret.toUpperCase()].map((one) => ({ secret: one })),
  ...[300_001, -300_001, 86_400_000, NaN, Infinity].map((ms) => ({ now: now + ms })),
  // A valid signature of a time that is no time.
  ...['', 'now', '9'.repeat(13), '-5'].map((at) => ({ timestamp: at, signature: sign(body, at) })),
];

test(`none of ${mutations.length} mutations is accepted, and none throws`, () => {
  expect(mutations.length).toBeGreaterThanOrEqual(50);
  expect(mutations.filter(check)).toEqual([]);
});
