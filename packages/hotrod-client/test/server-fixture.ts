import { HotRodServer } from '@kvtwin/hotrod-server';
import { HotRodClient, type HotRodClientOptions } from '../src/index.js';
import { closers, quick } from './cluster-fixture.js';
import { type ScriptedServer, type ScriptedServerOptions, startScriptedServer } from './scripted-server.js';

/** For servers that are not going to answer. */
export const impatient: HotRodClientOptions = { ...quick, connectTimeoutMs: 300, timeoutMs: 300 };

/** A client with those options and no others; it is closed after the test. */
export async function connected(url: string, options: HotRodClientOptions = quick): Promise<HotRodClient> {
  const client = await HotRodClient.connect(url, options);
  closers.push(() => client.close());
  return client;
}

/** A single server with a cache `users`. */
export async function embedded(port = 0): Promise<HotRodServer> {
  const server = await HotRodServer.listen({ caches: { users: {} }, port });
  closers.push(() => server.close());
  return server;
}

/** A server that answers as the test says. */
export async function scripted(options: ScriptedServerOptions): Promise<ScriptedServer> {
  const server = await startScriptedServer(options);
  closers.push(() => server.close());
  return server;
}
