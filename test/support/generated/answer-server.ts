import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { startServed, type Env, type Started } from './served-agent.ts';

/** Starts the server of the agent in `folder`. Its links begin with its own address. */
export async function startAnswerServer(folder: string, env: Env): Promise<Started> {
  const port = await freePort();
  const settings = { PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` };
  return await startServed(folder, { ...env, ...settings });
}

/** The address of links has to be known before the server starts. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
