import type { OpenTrigger, TriggerHost } from '../core/agent.ts';

/** Opens the triggers of an agent, by path. @throws what a trigger throws, such as Refused */
export function openTriggers(host: TriggerHost): ReadonlyMap<string, OpenTrigger> {
  const opened = new Map<string, OpenTrigger>();
  try {
    for (const [key, open] of Object.entries(host.agent.triggers ?? {})) {
      const path = new URL(`/${key}`, 'http://localhost').pathname.slice(1);
      opened.set(key, open({ ...host, path }));
    }
    return opened;
  } catch (error) {
    for (const { stop } of opened.values()) void stop?.();
    throw error;
  }
}
