export { advance } from '../../../../registry/agent/core/loop.ts';
export { approve } from '../../../../registry/agent/core/people.ts';
export { append, load } from '../../../../registry/agent/core/store.ts';
export { fileStore } from '../../../../registry/agent/store/file.ts';
export { toyAgent } from '../../../../registry/agent/testing/toy-agent.ts';
