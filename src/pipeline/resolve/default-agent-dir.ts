/** Where components go unless `12-factor.json` says otherwise. */
export const defaultAgentDir = 'src/agent';
