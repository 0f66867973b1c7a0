import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { reasonPhrase } from '@kvtwin/hustdb-protocol';
import type { Outcome } from '../answers/answer.js';
import { type HtmlStatus, htmlPage } from '../answers/html-answer.js';
import { ProxyError } from '../proxy-error.js';
import type { ResolvedListenerOptions } from '../proxy-options.js';
import type { DataHandler } from './data-handler.js';
import { RawTargets } from './raw-targets.js';

/** Idle connections stay open as long as HustDB HA keeps them: callers' pools are set up for it. */
const KEEP_ALIVE_MS = 540_000;
/** Request line and headers together. The line has its own limit of 4 KiB; nginx takes four buffers of 4 KiB. */
const MAX_HEADER_BYTES = 32 * 1024;
/** From the first byte of a request to the end of its headers. */
const HEADERS_TIMEOUT_MS = 60_000;

/** A caller that takes nothing and sends nothing for so long while it has a request is gone; nginx's send_timeout. */
const STALL_TIMEOUT_MS = 60_000;

/** How long a caller that was told that it speaks no HTTP may keep its half of the connection; nginx's lingering_timeout. */
const LINGER_MS = 5000;

/** The HTTP server of the data listener, listening. */
export interface DataListener {
  readonly host: string;
  readonly port: number;
  /** Takes no new connection, lets requests under way finish for `drainTimeoutMs`, then closes every connection. */
  close(): Promise<void>;
}

/** Listens. Rejects with `PROXY_PORT_IN_USE` or `PROXY_LISTEN_FAILED`. */
export async function listen(handler: DataHandler, options: ResolvedListenerOptions): Promise<DataListener> {
  const targets = new RawTargets();
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    handler.handle(request, response, targets.targetOf(request));
  };
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      // Bodies have their own limit: the longest pause between two chunks.
      requestTimeout: 0,
      maxHeaderSize: MAX_HEADER_BYTES,
      requireHostHeader: false,
      noDelay: true,
    },
    handle,
  );
  answerHalfClosed(server);
  // As nginx, which looks for 100-continue only.
  server.on('checkExpectation', handle);
  server.timeout = Math.max(STALL_TIMEOUT_MS, 4 * options.sideTimeoutMs);
  server.on('connection', (socket) => targets.attach(socket));
  server.on('clientError', (error, socket) => {
    handler.afterRequests(socket as Socket, () => answerClientError(error, socket as Socket));
  });
  server.on('connect', (_request, socket) => endWithPage(socket as Socket, 405));
  await bind(server, options);
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    close: () => closeServer(server, handler, options.drainTimeoutMs),
  };
}

/**
 * A caller that has said everything may close its half of the connection (`nc -N` does) and still reads its answer. Node
 * drops such a connection unless this property of the server, which its types leave out, is set.
 */
function answerHalfClosed(server: Server & { httpAllowHalfOpen?: boolean }): void {
  server.httpAllowHalfOpen = true;
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

async function closeServer(server: Server, handler: DataHandler, drainTimeoutMs: number): Promise<void> {
  handler.beginClosing();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), drainTimeoutMs);
  await handler.idle();
  clearTimeout(timer);
  server.closeAllConnections();
  await closed;
}

/** What Node could not read as HTTP; nginx answers the same with its pages. */
function answerClientError(error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Socket): void {
  if (error.code === 'ECONNRESET') socket.destroy();
  // An answer that closes the connection is on its way.
  if (!socket.writable) return;
  endWithPage(socket, clientErrorStatus(error));
}

function clientErrorStatus(error: NodeJS.ErrnoException & { rawPacket?: Buffer }): HtmlStatus {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  if (error.code !== 'HPE_HEADER_OVERFLOW') return 400;
  const lineEnd = error.rawPacket?.indexOf('\n') ?? -1;
  return lineEnd < 0 || lineEnd > 4096 ? 414 : 400;
}

const PAGE_OUTCOMES: { readonly [S in HtmlStatus]?: Outcome } = { 408: 'timeout', 414: 'too-large' };

function endWithPage(socket: Socket, status: HtmlStatus): void {
  const page = htmlPage(status);
  const linger = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.on('error', () => socket.destroy()).once('close', () => clearTimeout(linger));
  socket.end(
    `HTTP/1.1 ${status} ${reasonPhrase(status) || 'Request Time-out'}\r\nServer: kvtwin\r\n` +
      `Date: ${new Date().toUTCString()}\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\n` +
      `Connection: close\r\nX-Outcome: ${PAGE_OUTCOMES[status] ?? 'invalid-request'}\r\n\r\n${page}`,
  );
}
