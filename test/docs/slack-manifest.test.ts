import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { home } from '../support/registry/package.ts';

const page = readFileSync(join(home, 'docs/slack.md'), 'utf8');
const folder = join(home, 'registry/agent/slack');
const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
const code = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .join('\n');

/** The scopes of a bot token that a method needs, one for each kind of conversation. */
const scopesOf: Record<string, readonly string[]> = {
  'auth.test': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'],
  'conversations.open': ['im:write'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history'],
  'views.open': [],
};
/** The events that the code reads, with the scope of each. */
const scopeOfEvent: Record<string, string | undefined> = {
  app_mention: 'app_mentions:read',
  app_uninstalled: undefined,
  'message.channels': 'channels:history',
  'message.groups': 'groups:history',
  'message.im': 'im:history',
  tokens_revoked: undefined,
};

it('the manifest has the scopes of all methods that the code calls, and no other', () => {
  const called = code.match(/(?<=')(auth|chat|conversations|users|views)\.[a-zA-Z]+(?=')/g) ?? [];
  const methods = [...new Set(called)].toSorted();
  expect(methods).toEqual(Object.keys(scopesOf).toSorted());
  const needed = methods.flatMap((method) => scopesOf[method] ?? []);
  const ofEvents = Object.values(scopeOfEvent).filter((scope) => scope !== undefined);
  expect(code).toContain('include_all_metadata');
  const all = new Set([...needed, ...ofEvents, 'metadata.message:read']);
  expect(manifest.oauth_config.scopes.bot).toEqual([...all].toSorted());
});

it('the manifest subscribes to the events that the code reads', () => {
  const { bot_events } = manifest.settings.event_subscriptions;
  expect(bot_events).toEqual(Object.keys(scopeOfEvent).toSorted());
  for (const event of bot_events) expect(code).toContain(`'${event.split('.')[0]}'`);
});

it('the manifest lets people click, write directly, and needs no public address', () => {
  expect(manifest.settings.interactivity.is_enabled).toBe(true);
  expect(manifest.settings.socket_mode_enabled).toBe(true);
  expect(manifest.features.app_home).toMatchObject({
    messages_tab_enabled: true,
    messages_tab_read_only_enabled: false,
  });
  expect(manifest.features.bot_user.display_name).toMatch(/^[\w.-]{1,80}$/);
  expect(manifest.display_information.name.length).toBeLessThanOrEqual(35);
});

it('every scope and every variable is explained', () => {
  const scopes: readonly string[] = manifest.oauth_config.scopes.bot;
  const { env } = JSON.parse(readFileSync(join(home, 'registry/components/slack.json'), 'utf8'));
  const names: readonly string[] = env.map(({ name }: { name: string }) => name);
  expect([...scopes, ...names].filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
});
