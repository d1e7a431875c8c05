import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { github, readSecrets, standardWebhooks, stripe, type Verify } from './verify.ts';

type Sent = { readonly headers: Readonly<Record<string, string>>; readonly body: string };
type Scheme = Sent & {
  readonly verify: Verify;
  readonly secret: string;
  /** Seconds since 1970 at which the request is checked. */
  readonly now: number;
  readonly id: string;
};

const sha256 = 'dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f';

// cspell:disable
/** Requests that the specification, or tests of the sender's own libraries, have published. */
const standardSpec: Scheme = {
  verify: standardWebhooks,
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  now: 1_614_265_330,
  headers: {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  body: '{"test": 2432232314}',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
};
const standardLibrary: Scheme = {
  verify: standardWebhooks,
  secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
  now: 1_649_367_553,
  headers: {
    'webhook-id': 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
    'webhook-timestamp': '1649367553',
    'webhook-signature': 'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
  },
  body: '{"email":"test@example.com","username":"test_user"}',
  id: 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
};
const githubDocs: Scheme = {
  verify: github,
  secret: "It's a Secret to Everybody",
  now: 1_700_000_000,
  headers: {
    'x-hub-signature-256':
      'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
  },
  body: 'Hello, World!',
  id: sha256,
};
const stripeEvent = {
  id: 'evt_123',
  object: 'event',
  account: 'acct_123',
  api_version: '2017-05-25',
  created: 1533204620,
  data: {
    object: {
      id: 'ii_123',
      object: 'invoiceitem',
      amount: 1000,
      currency: 'usd',
      customer: 'cus_123',
      date: 1533204620,
      description: 'Test Invoice Item',
      discountable: false,
      invoice: 'in_123',
      livemode: false,
      metadata: {},
      period: {
        start: 1533204620,
        end: 1533204620,
      },
      plan: null,
      proration: false,
      quantity: null,
      subscription: null,
    },
  },
  livemode: false,
  pending_webhooks: 1,
  request: {
    id: 'req_123',
    idempotency_key: 'idempotency-key-123',
  },
  type: 'invoiceitem.created',
};
const stripeLibrary: Scheme = {
  verify: stripe,
  secret: 'webhook_secret',
  now: 1_533_204_720,
  headers: {
    'stripe-signature':
      't=1533204620,v1=f0bdba6d4eacbd8ad8a3bbadd7248e633ec1477f7899c124c51b39405fa36613,' +
      'v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef',
  },
  body: `${JSON.stringify(stripeEvent, null, 2)}\n`,
  id: 'evt_123',
};
// cspell:enable
const published = {
  standardSpec,
  standardLibrary,
  githubDocs,
  stripeLibrary,
};

/** Checks a request of the scheme after a change. */
function check(
  { verify, ...scheme }: Scheme,
  change: Partial<Scheme & { secrets: readonly string[]; bytes: Uint8Array }> = {},
) {
  const { headers, body, secret, now, secrets = [secret], bytes } = { ...scheme, ...change };
  const request = {
    headers: new Headers(headers),
    body: bytes ?? Buffer.from(body),
  };
  return verify(request, secrets, now * 1_000);
}

test.each(Object.entries(published))('the published request %s is genuine', (_, scheme) => {
  expect(check(scheme)).toBe(scheme.id);
});

type Change = Parameters<typeof check>[1];
type Mutations = readonly (readonly [what: string, change: Change])[];

/** Each text with one of its characters replaced, at several places. */
function flipped(text: string): readonly string[] {
  const places = [0, 0.2, 0.4, 0.6, 0.8, 1].map((part) => Math.floor(part * (text.length - 1)));
  return [...new Set(places)].map((at) => {
    const other = text[at] === '7' ? '8' : '7';
    return text.slice(0, at) + other + text.slice(at + 1);
  });
}

/** Texts like `text` that differ in a way that people and programs overlook. */
function nearby(text: string): readonly string[] {
  return [
    ...flipped(text),
    '',
    text.slice(0, -1),
    text.slice(1),
    text.slice(0, text.length / 2),
    `${text}0`,
    `0${text}`,
    `${text},`,
    `${text}, ${text}`,
    `${text},${text.slice(0, -1)}`,
    text.toUpperCase() === text ? `${text}Z` : text.toUpperCase(),
    text.replace(/\d/, '٣'),
    `${text}${'9'.repeat(20_000)}`,
    `["${text}"]`,
    'undefined',
    'null',
    '[object Object]',
    '\u00e9'.repeat(text.length),
  ].filter((other) => other !== text);
}

function ofHeaders({ headers }: Scheme): Mutations {
  return Object.entries(headers).flatMap(([name, value]) => {
    const missing = Object.fromEntries(Object.entries(headers).filter(([one]) => one !== name));
    return [
      [`no ${name}`, { headers: missing }] as const,
      ...nearby(value).flatMap((other) => {
        const change = { headers: { ...headers, [name]: other } };
        const what = `${name}: ${other.slice(0, 80)}`;
        // A header has Latin letters only.
        return /^[\0-\xff]*$/.test(other) ? [[what, change] as const] : [];
      }),
    ];
  });
}

function ofBody({ body }: Scheme): Mutations {
  const bytes = Buffer.from(body);
  const bits = [0, 3, 7].flatMap((bit) =>
    [0, Math.floor(bytes.length / 2), bytes.length - 1].map((at) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ (1 << bit);
      return [`bit ${bit} of byte ${at}`, { bytes: copy }] as const;
    }),
  );
  const texts = ['', '{}', `${body} `, ` ${body}`, body.slice(1), `${body}\n`, `\ufeff${body}`];
  const bodies = [...texts, body + body, 'x'.repeat(1_000_000), body.replace(/\s*$/, '\0')];
  return [...bits, ...bodies.map((other) => [other.slice(0, 80), { body: other }] as const)];
}

function ofSecrets({ secret }: Scheme): Mutations {
  const lists = [[], [''], ['', ''], ['undefined'], ['whsec_'], [secret.slice(0, -1)]];
  const others = [
    [`${secret}0000`],
    [` ${secret}`],
    [secret.toUpperCase()],
    [`${secret},${secret}`],
  ];
  return [...lists, ...others].map((secrets) => [JSON.stringify(secrets), { secrets }]);
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text);

/** A request that is signed right, with these parts. */
function signed(scheme: Scheme, key: string, { time = String(scheme.now), body = scheme.body }) {
  const bytes = Buffer.from(key.replace(/^whsec_/, ''), 'base64');
  const standard = hmac(bytes, `${scheme.id}.${time}.${body}`).digest('base64');
  const headers = {
    'webhook-id': scheme.id,
    'webhook-timestamp': time,
    'webhook-signature': `v1,${standard}`,
    'x-hub-signature-256': `sha256=${hmac(key, body).digest('hex')}`,
    'stripe-signature': `t=${time},v1=${hmac(key, `${time}.${body}`).digest('hex')}`,
  };
  return { headers, body };
}

/** Signed right, but with an empty secret. */
function ofEmptySecret(scheme: Scheme): Mutations {
  const keys = scheme.verify === standardWebhooks ? ['', 'whsec_', 'whsec_????????'] : [''];
  return keys.map((key) => [
    `signed with "${key}"`,
    { ...signed(scheme, key, {}), secrets: [key] },
  ]);
}

/** Signed right, but at a wrong time, or with a time that is none. */
function ofTimes(scheme: Scheme): Mutations {
  const { now, secret } = scheme;
  const shifted = [-301, 301, -86_400, 86_400, -now].map((seconds) => String(now + seconds));
  const odd = ['', '0', '-1', 'now', `${now}.5`, `${now}000`, `+${now}`, `0x${now.toString(16)}`];
  const times = [...shifted, ...odd, `${now}e0`, 'NaN', 'Infinity', '9'.repeat(400)];
  return times.map((time) => [`time ${time.slice(0, 20)}`, signed(scheme, secret, { time })]);
}

/** Signed right, but in another form. */
const otherForms: Readonly<Record<string, Mutations>> = {
  standardSpec: ['v1a,', 'v2,', 'V1,', 'v1:', 'v1=', 'v1 ', ''].map((version) => {
    const value = standardSpec.headers['webhook-signature']?.replace('v1,', version) ?? '';
    const headers = {
      ...standardSpec.headers,
      'webhook-signature': value,
    };
    return [value, { headers }];
  }),
  githubDocs: ['sha1=', 'sha512=', 'SHA256=', 'sha256:', 'sha256= ', ''].map((version) => {
    const value = githubDocs.headers['x-hub-signature-256']?.replace('sha256=', version) ?? '';
    return [value, { headers: { 'x-hub-signature-256': value } }];
  }),
  stripeLibrary: ['v0=', 'v2=', 'V1=', 'v1:', ' v1=', 'v1= ', ''].map((version) => {
    const value = stripeLibrary.headers['stripe-signature']?.replace('v1=', version) ?? '';
    return [value, { headers: { 'stripe-signature': value } }];
  }),
};

test('a part of the id cannot be read as the time', () => {
  const { headers, body } = signed({ ...standardSpec, id: 'msg_1' }, standardSpec.secret, {
    body: `${standardSpec.now}.1`,
  });
  const moved = { ...headers, 'webhook-id': `msg_1.${standardSpec.now}` };
  expect(check(standardSpec, { headers, body })).toBe('msg_1');
  expect(check(standardSpec, { headers: moved, body: '1' })).toBeUndefined();
});

const [v1Only = ''] = stripeLibrary.headers['stripe-signature']?.split(',v0=') ?? [];
const changed = {
  ...published,
  stripeLibrary: { ...stripeLibrary, headers: { 'stripe-signature': v1Only } },
};

describe.each(Object.entries(changed))('changes of %s', (name, scheme) => {
  const changes = [
    ...ofHeaders(scheme),
    ...ofBody(scheme),
    ...ofSecrets(scheme),
    ...ofEmptySecret(scheme),
    ...(scheme === githubDocs ? [] : ofTimes(scheme)),
    ...(otherForms[name] ?? []),
  ];

  test('are at least 50', () => expect(changes.length).toBeGreaterThanOrEqual(50));

  test.each(changes)('%s: it is not genuine', (_, change) => {
    expect(check(scheme, change)).toBeUndefined();
  });
});

describe('genuine, too,', () => {
  const spec = standardSpec;
  const old = 'whsec_b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQ=';
  const right = spec.headers['webhook-signature'] ?? '';
  const wrong = right.replace('g0', 'g1');
  const withSignature = (value: string) => ({
    headers: {
      ...spec.headers,
      'webhook-signature': value,
    },
  });
  const upperCase = (headers: Sent['headers']) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
  const timed = (scheme: Scheme, seconds: number) =>
    signed(scheme, scheme.secret, { time: String(scheme.now + seconds) });
  const standardCases: Mutations = [
    ['the second of two signatures', withSignature(`${wrong} ${right}`)],
    ['the first of two signatures', withSignature(`${right} ${wrong}`)],
    ['a signature beside one of another version', withSignature(`v1a,${'A'.repeat(88)} ${right}`)],
    ['the second of two secrets', { secrets: [old, spec.secret] }],
    ['a secret without its prefix', { secrets: [spec.secret.slice('whsec_'.length)] }],
    ['five minutes late', timed(spec, -300)],
    ['five minutes early', timed(spec, 300)],
    ['not ASCII', signed(spec, spec.secret, { body: '{"title":"schön \u{1f600}"}' })],
    ['empty', signed(spec, spec.secret, { body: '' })],
  ];
  const stripeHeader = (text: string) => ({ headers: { 'stripe-signature': text } });
  const stripeCases: Mutations = [
    ['the second of two signatures', stripeHeader(v1Only.replace(',', ',v1=00,'))],
    ['the first of two signatures', stripeHeader(`${v1Only},v1=00`)],
    ['the second of two secrets', { secrets: ['another', stripeLibrary.secret] }],
    ['five minutes late', timed(stripeLibrary, -300)],
    ['five minutes early', timed(stripeLibrary, 300)],
  ];
  const cases = [
    ...standardCases.map(([what, change]) => ['Standard Webhooks', what, spec, change] as const),
    ...stripeCases.map(([what, change]) => ['Stripe', what, stripeLibrary, change] as const),
    ['GitHub', 'the second of two secrets', githubDocs, { secrets: ['x', githubDocs.secret] }],
    ...Object.entries(published).map(
      ([name, scheme]) =>
        [name, 'headers in capitals', scheme, { headers: upperCase(scheme.headers) }] as const,
    ),
  ] as const;

  test.each(cases)('%s: %s', (_, __, scheme, change) => {
    expect(check(scheme, change)).toBe(scheme.id);
  });
});

test.each(['not JSON', '[]', '{"id":7}', '{"id":""}', 'null'])(
  'a body %s of Stripe, which names no event, is told by its hash',
  (body) => {
    const request = signed(stripeLibrary, stripeLibrary.secret, { body });
    expect(check(stripeLibrary, request)).toMatch(/^[0-9a-f]{64}$/);
  },
);

describe('the secrets of a variable', () => {
  afterEach(() => vi.unstubAllEnvs());
  const long = 'x'.repeat(16);

  test.each([
    [long, [long]],
    [` ${long} , y${long},`, [long, `y${long}`]],
  ])('"%s" are %j', (value, secrets) => {
    vi.stubEnv('HOOK_SECRET', value);
    expect(readSecrets('HOOK_SECRET')).toEqual(secrets);
  });

  test.each([
    [undefined, 'Set HOOK_SECRET'],
    ['', 'Set HOOK_SECRET'],
    [' , ', 'Set HOOK_SECRET'],
    ['short', 'too short'],
    [`${long},short`, 'too short'],
  ])('"%s" are refused: %s', (value, message) => {
    vi.stubEnv('HOOK_SECRET', value);
    expect(() => readSecrets('HOOK_SECRET')).toThrow(message);
  });
});
