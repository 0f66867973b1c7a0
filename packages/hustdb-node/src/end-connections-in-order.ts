import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a caller that was told that it speaks no HTTP may keep its half of the connection. */
const LINGER_MS = 1000;

/**
 * Node drops what it has not answered yet where a caller closes its half of the connection, and answers what is no HTTP
 * before the requests in front of it. Here both wait until those are answered.
 */
export function endConnectionsInOrder(server: Server & { httpAllowHalfOpen?: boolean }): void {
  const unanswered = new WeakMap<Duplex, Set<ServerResponse>>();
  const watch = ({ socket }: IncomingMessage, response: ServerResponse): void => {
    const responses = unanswered.get(socket) ?? new Set();
    unanswered.set(socket, responses.add(response));
    response.once('close', () => responses.delete(response));
  };
  server.httpAllowHalfOpen = true;
  server.on('request', watch);
  server.on('checkExpectation', watch);
  server.on('clientError', async (_error, socket) => {
    // What was read together with it is handed out first.
    await new Promise(setImmediate);
    for (const response of unanswered.get(socket) ?? []) {
      if (!response.closed) await new Promise((resolve) => response.once('close', resolve));
    }
    refuse(socket);
  });
}

function refuse(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  if (!socket.writable) return;
  const linger = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(linger));
  socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
}
