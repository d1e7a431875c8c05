import type { TriggerHost } from '../core/agent.ts';
import { receiveWebhook, refuse, type Webhooks } from './receive.ts';
import { readSecrets } from './verify.ts';

/** Takes the deliveries to `/webhooks/<name>`, by name. @throws Refused without their secrets */
export function webhookTrigger(webhooks: Webhooks) {
  return (host: TriggerHost) => {
    for (const { secrets } of Object.values(webhooks)) readSecrets(secrets);
    const byName = new Map(Object.entries(webhooks));
    return {
      async fetch(request: Request): Promise<Response> {
        const [, name = ''] = /([^/]*)\/*$/.exec(new URL(request.url).pathname) ?? [];
        const webhook = byName.get(name);
        if (!webhook) return refuse(404, 'There is no such webhook.');
        return await receiveWebhook(host, { ...webhook, name }, request);
      },
    };
  };
}
