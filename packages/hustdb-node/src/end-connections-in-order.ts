import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a caller that was told that it speaks no HTTP may keep its half of the connection. */
const LINGER_MS = 1000;

/**
 * Node drops what it has not answered yet where a caller closes its half of the connection, and answers what is no HTTP
 * before the requests in front of it. Here both wait: a node answers a whole request before the event loop turns.
 */
export function endConnectionsInOrder(server: Server & { httpAllowHalfOpen?: boolean }): void {
  server.httpAllowHalfOpen = true;
  server.on('clientError', (_error, socket) => setImmediate(() => refuse(socket)));
}

function refuse(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  if (!socket.writable) return;
  const linger = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(linger));
  socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
}
