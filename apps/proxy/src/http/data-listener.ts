import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { ProxyError } from '../proxy-error.js';
import type { ResolvedListenerOptions } from '../proxy-options.js';
import { CallerConnection, type ConnectionTimes, type RequestHandler } from './caller-connection.js';
import type { DataHandler } from './data-handler.js';

/** As HustDB HA keeps idle connections: callers' pools are set up for it. The other three are nginx's too. */
const TIMES: ConnectionTimes = { idleMs: 540_000, headMs: 60_000, stallMs: 60_000, lingerMs: 5000 };
/** How often connections are looked at for one that took too long: no limit needs to be more exact. */
const CHECK_MS = 5000;

/** The HTTP server of the data listener, listening. */
export interface DataListener {
  readonly host: string;
  readonly port: number;
  /** Takes no new connection, lets requests under way finish for `drainTimeoutMs`, then closes every connection. */
  close(): Promise<void>;
}

/** Listens. Rejects with `PROXY_PORT_IN_USE` or `PROXY_LISTEN_FAILED`. */
export async function listen(
  handler: DataHandler,
  options: ResolvedListenerOptions,
  times: ConnectionTimes = TIMES,
): Promise<DataListener> {
  const connections = new Set<CallerConnection>();
  const requests: RequestHandler = {
    begin: (exchange) => handler.begin(exchange),
    finished: (exchange) => handler.finished(exchange),
    gone: (connection) => connections.delete(connection),
  };
  // A caller that has said everything may close its half of the connection (`nc -N` does) and still reads its answer.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket: Socket) => {
    connections.add(new CallerConnection(socket, requests, times));
  });
  await bind(server, options);
  const check = setInterval(
    () => {
      const nowMs = performance.now();
      for (const connection of connections) connection.checkTime(nowMs);
    },
    Math.min(CHECK_MS, times.headMs, times.stallMs),
  );
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    close: async () => {
      clearInterval(check);
      await closeServer(server, connections, handler, options.drainTimeoutMs);
    },
  };
}

function bind(server: Server, { host, port }: ResolvedListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EADDRINUSE') {
        const message = `port ${port} on ${host} is in use by another process; choose another port, or 0 for a free one`;
        reject(new ProxyError('PROXY_PORT_IN_USE', message, { cause: error }));
      } else {
        const message = `cannot listen on ${host}:${port}: ${error.message}`;
        reject(new ProxyError('PROXY_LISTEN_FAILED', message, { cause: error }));
      }
    };
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

async function closeServer(
  server: Server,
  connections: ReadonlySet<CallerConnection>,
  handler: DataHandler,
  drainTimeoutMs: number,
): Promise<void> {
  handler.beginClosing();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const connection of connections) connection.closeIfIdle();
  const timer = setTimeout(() => {
    for (const connection of connections) connection.destroy();
  }, drainTimeoutMs);
  await handler.idle();
  for (const connection of connections) connection.destroySoon();
  await closed;
  clearTimeout(timer);
}
