import type { Cluster } from './cluster.js';
import { dataHandler } from './data-handler.js';
import { listen } from './data-listener.js';
import { type ProxyOptions, resolveListenerOptions } from './proxy-options.js';
import { openSinglePair } from './single-pair-cluster.js';

/** A proxy that serves. */
export interface RunningProxy {
  /** `http://host:port`. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no new connection, answers what is under way (up to `drainTimeoutMs`), then closes connections and the sides that
   * it opened. Idempotent.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves the HustDB HA dialect over two sides, or over a pair.
 *
 * Rejects with a ProxyError (its codes say why), or with what a client rejects with while a side is opened. A side that
 * cannot be reached later is no reason to stop: it is what the proxy tells its callers about.
 */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const resolved = resolveListenerOptions(options);
  const cluster = await openSinglePair(options);
  try {
    return await serve(cluster, resolved);
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

async function serve(
  cluster: Cluster,
  options: ReturnType<typeof resolveListenerOptions>,
): Promise<RunningProxy> {
  const handler = dataHandler(cluster, options);
  const listener = await listen(handler, options);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= listener.close().then(() => cluster.close());
    return closed;
  };
  const host = listener.host.includes(':') ? `[${listener.host}]` : listener.host;
  return {
    url: `http://${host}:${listener.port}`,
    port: listener.port,
    close,
    [Symbol.asyncDispose]: close,
  };
}
