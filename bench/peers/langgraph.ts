import { play } from '../agents/play.ts';
import { toGraph } from './langgraph-graph.ts';

let [asked, wanted] = [0, 0];
/** Without a checkpointer, so that it keeps nothing: with one it takes several times as long. */
const { graph, count } = toGraph(() => asked++ < wanted);

await play(async (steps) => {
  [asked, wanted] = [0, steps];
  const before = count.ran;
  await graph.invoke(
    { messages: [{ role: 'user', content: 'go' }] },
    { recursionLimit: 2 * steps + 10 },
  );
  return count.ran - before;
});
