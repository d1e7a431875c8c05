import { agentFor, type Agent } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';

const id = 'check-model';

/** Returns the agent of this name, or else the one that gets the messages that name none. */
export function agentToCheck(agent: Agent, name?: string): Agent {
  if (name !== undefined) return namedAgent(agent, name);
  const own = agentFor(agent, { id, events: [] });
  // No model takes the steps of a pipeline.
  return own.model.scripted ? agent : own;
}

/** @throws Refused for an agent that is not there, or whose steps a script takes */
function namedAgent(agent: Agent, name: string): Agent {
  const { agents = {} } = agent.children ?? {};
  const names = ['main', ...Object.keys(agents)];
  if (!names.includes(name))
    throw new Refused(`agent.ts has no agent ${name}; it has ${names.join(', ')}.`);
  const first = {
    type: 'message',
    at: '',
    channel: id,
    from: id,
    agent: name,
  } as const;
  const own = agentFor(agent, { id, events: [first] });
  const { scripted } = own.model;
  if (!scripted || scripted.instead) return own;
  throw new Refused(`A script takes the steps of ${name}. ${scripted.about}`);
}

/** Lists the agents, beside that of messages that name none, whose steps a model takes. */
export function otherAgents({ children }: Agent): readonly string[] {
  const agents = Object.entries(children?.agents ?? {});
  const others = agents.filter(([name]) => name !== 'main');
  return others.filter(([, { model }]) => !model?.scripted).map(([name]) => name);
}
