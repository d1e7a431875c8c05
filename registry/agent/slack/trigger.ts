import type { People } from '../channels/directory.ts';
import type { OpenTrigger, Trigger, TriggerHost } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import { callSlack, requireVariable, SlackError, tokenProblem, type CallSlack } from './client.ts';
import { slackHandler } from './http.ts';
import type { Identity } from './messages.ts';
import type { Receiver } from './receiver.ts';
import { openSocket } from './socket.ts';

/**
 * Lets people start, continue and answer threads in Slack: by Socket Mode with SLACK_APP_TOKEN,
 * else by HTTP with SLACK_SIGNING_SECRET.
 * @throws Refused, when opened, if a variable is missing
 */
export function slackTrigger(people: People, call: CallSlack = callSlack): Trigger {
  return (host) => {
    requireVariable('SLACK_BOT_TOKEN');
    const receiver = {
      host,
      people,
      call,
      identify: identifyOnce(call),
    };
    const open = openDelivery(receiver);
    receiver.identify().catch((error: unknown) => logFailure(host, error));
    return {
      ...open,
      problem: () => tokenProblem() ?? open.problem?.(),
    };
  };
}

function openDelivery(receiver: Receiver): OpenTrigger {
  if (process.env['SLACK_APP_TOKEN']?.trim()) return openSocket(receiver);
  if (process.env['SLACK_SIGNING_SECRET']?.trim()) return { fetch: slackHandler(receiver) };
  throw new Refused(
    'Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) in .env: Slack needs one.',
  );
}

function logFailure({ log }: TriggerHost, error: unknown): void {
  log({ level: 'error', message: 'Slack does not say who the app is', error: oneLine(error) });
}

/** Asks Slack who the app is, until it has said it once. */
export function identifyOnce(call: CallSlack): () => Promise<Identity> {
  let known: Promise<Identity> | undefined;
  return () => {
    known ??= identify(call).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

async function identify(call: CallSlack): Promise<Identity> {
  const { team_id: team, user_id: bot } = await call('auth.test', {});
  if (typeof team === 'string' && typeof bot === 'string') return { team, bot };
  throw new SlackError('auth.test names no workspace');
}
