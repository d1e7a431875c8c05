/** The folder of the components, unless `12-factor.json` names another one. */
export const defaultAgentDir = 'src/agent';
