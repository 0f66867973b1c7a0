import {
  type AddressInfo,
  connect as connectTcp,
  createServer,
  isIP,
  type Server,
  type Socket,
} from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { ConnectionTrace } from './connection-trace.js';
import type { ConnectionEvent, TraceEvent } from './trace-event.js';

/** Connections at a time; further ones are closed as they come. As many as an embedded server takes. */
const maxConnections = 1024;
/** Longest wait for the server to take a connection: longer than any client waits. */
const connectTimeoutMs = 10_000;

/** Options of {@link startTraceProxy}. */
export interface TraceProxyOptions {
  /** The server that is traced. */
  readonly host: string;
  readonly port: number;
  /** Asked for each connection to the server: TLS with these options; plain where it is not given. */
  readonly tls?: () => Promise<ConnectionOptions>;
  readonly listenHost: string;
  /** 0: any free one. */
  readonly listenPort: number;
  readonly keepBytes: boolean;
  readonly onEvent: (connection: string, event: TraceEvent | ConnectionEvent) => void;
  /** Milliseconds since the epoch, with fractions. */
  readonly nowMs: () => number;
}

/** A proxy that traces. */
export interface TraceProxy {
  readonly port: number;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/** Starts a proxy that lets bytes pass as they are, and tells what they say. Rejects where it cannot listen. */
export async function startTraceProxy(options: TraceProxyOptions): Promise<TraceProxy> {
  const open = new Set<TracedConnection>();
  let count = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const connection = new TracedConnection(`c${++count}`, client, options, () => open.delete(connection));
    open.add(connection);
    void connection.start();
  });
  server.maxConnections = maxConnections;
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of open) connection.end('the trace was stopped');
      await closed;
    },
  };
}

function listen(server: Server, { listenHost, listenPort }: TraceProxyOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(listenPort, listenHost, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

class TracedConnection {
  readonly #id: string;
  readonly #client: Socket;
  readonly #options: TraceProxyOptions;
  readonly #onGone: () => void;
  readonly #trace: ConnectionTrace;
  #server: Socket | undefined;
  #sentBytes = 0;
  #receivedBytes = 0;
  #isOver = false;

  constructor(id: string, client: Socket, options: TraceProxyOptions, onGone: () => void) {
    this.#id = id;
    this.#client = client;
    this.#options = options;
    this.#onGone = onGone;
    this.#trace = new ConnectionTrace({
      keepBytes: options.keepBytes,
      onEvent: (event) => options.onEvent(id, event),
    });
  }

  async start(): Promise<void> {
    const client = this.#client;
    client.pause();
    client.on('error', (error) => this.end(`the client's connection failed: ${error.message}`));
    client.on('close', () => this.end('the client went away'));
    try {
      const server = await this.#connect();
      if (this.#isOver) server.destroy();
      else this.#join(client, server);
    } catch (error) {
      this.#refuse(error instanceof Error ? error.message : String(error));
    }
  }

  /** Ends both ends, and tells why. Without effect when it has ended. */
  end(why: string): void {
    if (this.#isOver) return;
    this.#over();
    const atMs = this.#options.nowMs();
    this.#trace.end(atMs);
    const counts = { sentBytes: this.#sentBytes, receivedBytes: this.#receivedBytes };
    this.#options.onEvent(this.#id, { kind: 'closed', atMs, why, ...counts });
  }

  #refuse(why: string): void {
    if (this.#isOver) return;
    this.#over();
    const from = addressOf(this.#client.remoteAddress, this.#client.remotePort);
    this.#options.onEvent(this.#id, { kind: 'refused', atMs: this.#options.nowMs(), from, why });
  }

  #over(): void {
    this.#isOver = true;
    // A reset, so that a client in the middle of a message does not take it for an orderly end.
    this.#client.resetAndDestroy();
    this.#server?.destroy();
    this.#onGone();
  }

  async #connect(): Promise<Socket> {
    const { host, port, tls } = this.#options;
    const address = { host, port, noDelay: true, allowHalfOpen: true };
    const secure = tls === undefined ? undefined : await tls();
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket =
      secure === undefined ? connectTcp(address) : connectTls({ ...name, ...secure, ...address });
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        socket.destroy();
        reject(error);
      };
      socket.setTimeout(connectTimeoutMs, () => fail(new Error(`no answer within ${connectTimeoutMs} ms`)));
      socket.once('error', fail);
      this.#client.once('close', () => fail(new Error('the client went away')));
      socket.once(secure === undefined ? 'connect' : 'secureConnect', () => {
        socket.setTimeout(0);
        socket.off('error', fail);
        resolve(socket);
      });
    });
  }

  #join(client: Socket, server: Socket): void {
    this.#server = server;
    server.on('error', (error) => this.end(`the server's connection failed: ${error.message}`));
    server.on('close', () => this.end('the server closed it'));
    const { host, port, nowMs } = this.#options;
    const from = addressOf(client.remoteAddress, client.remotePort);
    const to = addressOf(host, port);
    this.#options.onEvent(this.#id, { kind: 'opened', atMs: nowMs(), from, to });
    forward(client, server, (chunk) => {
      this.#sentBytes += chunk.length;
      this.#trace.fromClient(chunk, nowMs());
    });
    forward(server, client, (chunk) => {
      this.#receivedBytes += chunk.length;
      this.#trace.fromServer(chunk, nowMs());
    });
  }
}

/** Passes bytes on first and has them looked at afterwards; reads no faster than the other end takes them. */
function forward(from: Socket, to: Socket, look: (chunk: Uint8Array) => void): void {
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk)) from.pause();
    look(chunk);
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  from.resume();
}

function addressOf(host = 'unknown', port = 0): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
