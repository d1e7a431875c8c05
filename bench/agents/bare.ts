import { answer, play } from './play.ts';

type Message = { readonly role: string; readonly content: string };

/** The least that a loop can be: messages in a list, a model that is a function, a tool that is another. */
await play(async (steps) => {
  let ran = 0;
  const tools = { read: async () => (ran++, answer) };
  const model = async (messages: readonly Message[]) =>
    messages.length <= steps ? { tool: 'read' as const } : { done: true as const };
  const messages: Message[] = [{ role: 'user', content: 'go' }];
  for (;;) {
    const step = await model(messages);
    if ('done' in step) return ran;
    messages.push({ role: 'tool', content: JSON.stringify(await tools[step.tool]()) });
  }
});
