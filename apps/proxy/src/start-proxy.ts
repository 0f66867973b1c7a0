import type { Cluster } from './cluster/cluster.js';
import { openTableCluster } from './cluster/open-table-cluster.js';
import { openSinglePair } from './cluster/single-pair-cluster.js';
import { dataHandler } from './http/data-handler.js';
import { listen } from './http/data-listener.js';
import { ProxyError } from './proxy-error.js';
import { type ProxyOptions, type ResolvedListenerOptions, resolveListenerOptions } from './proxy-options.js';
import type { RepairOptions } from './repair/repair-options.js';
import { type RepairStatus, Repairs } from './repair/repairs.js';
import { WriteTurns } from './repair/write-turns.js';

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
  /**
   * Reads the table file anew (the command line does on SIGHUP). Rejects with `PROXY_INVALID_TABLE` for one that is none, and
   * goes on with the table that it has; requests under way end on the pairs on which they began. Without a table: nothing.
   */
  reload(): Promise<void>;
  /** What waits for repair, and what cannot be repaired; undefined with `journal: false`. */
  repairs(): RepairStatus | undefined;
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
  const cluster = await openCluster(options, resolved);
  try {
    return await serve(cluster, resolved, options);
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

async function openCluster(
  options: ProxyOptions,
  { sideTimeoutMs }: ResolvedListenerOptions,
): Promise<Cluster> {
  const { table, nodeUser, setTableKey, first, second, pair } = options;
  if (table === undefined) return openSinglePair(options);
  if (first !== undefined || second !== undefined || pair !== undefined) {
    const message = 'give either a table, or two sides, or a pair';
    throw new ProxyError('PROXY_INVALID_OPTIONS', message);
  }
  // The longest that a request may take, so that none is under way on a node that is closed.
  const lingerMs = 5 * sideTimeoutMs;
  return openTableCluster({ path: table, nodeUser, setTableKey, lingerMs });
}

async function serve(
  cluster: Cluster,
  options: ResolvedListenerOptions,
  repairOptions: RepairOptions,
): Promise<RunningProxy> {
  const turns = new WriteTurns();
  const { sideTimeoutMs, onError } = options;
  const repairs =
    repairOptions.journal === false
      ? undefined
      : await Repairs.open(repairOptions, { cluster, turns, sideTimeoutMs, onError });
  const handler = dataHandler(cluster, options, { turns, repairs });
  const listener = await listen(handler, options).catch(async (error: unknown) => {
    await repairs?.close();
    throw error;
  });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= listener
      .close()
      .then(() => repairs?.close())
      .then(() => cluster.close());
    return closed;
  };
  const host = listener.host.includes(':') ? `[${listener.host}]` : listener.host;
  return {
    url: `http://${host}:${listener.port}`,
    port: listener.port,
    close,
    repairs: () => repairs?.status,
    reload: async () => cluster.reload?.(),
    [Symbol.asyncDispose]: close,
  };
}
