import { createServer, type Server, type Socket } from 'node:net';
import { seededRandom } from './seeded-random.js';

/**
 * What a rude server does to whoever connects:
 * - `close`: accepts and closes at once, in good order (FIN).
 * - `reset`: accepts and resets at once (RST).
 * - `silent`: reads all and never answers.
 * - `deaf`: never reads, so that the caller's writes pile up.
 * - `garbage`: answers each chunk that comes with seeded random bytes.
 * - `html`: answers each chunk with an HTTP 200 page, as a web server on the wrong port does.
 * - `reply`: answers the first chunk with `bytes`.
 * - `trickle`: answers the first chunk with `bytes`, one byte each `everyMs`.
 * - `reset-after`: answers the first chunk with `bytes` and resets, so that a reply ends in its middle.
 * - `close-after`: the same with a close in good order.
 */
export type Rudeness =
  | { readonly kind: 'close' | 'reset' | 'silent' | 'deaf' | 'html' }
  | { readonly kind: 'garbage'; readonly seed?: number; readonly bytesPerChunk?: number }
  | { readonly kind: 'reply' | 'reset-after' | 'close-after'; readonly bytes: Uint8Array }
  | { readonly kind: 'trickle'; readonly bytes: Uint8Array; readonly everyMs: number };

/** A server that misbehaves on purpose, on a free port of 127.0.0.1. */
export interface RudeServer {
  readonly port: number;
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** All bytes that came in so far, connections one after the other. */
  received(): Uint8Array;
  /** Drops every connection and stops listening. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const PAGE =
  '<!doctype html><html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>\n';
const HTML_REPLY = new TextEncoder().encode(
  `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${PAGE.length}\r\n\r\n${PAGE}`,
);

/** Long enough for the bytes before it to be read: a reset right behind them shows as an end in good order. */
const RESET_DELAY_MS = 10;

/** Starts one; a function chooses by the number of the connection, from 1. */
export async function startRudeServer(
  rudeness: Rudeness | ((connection: number) => Rudeness),
): Promise<RudeServer> {
  const sockets = new Set<Socket>();
  const received: Uint8Array[] = [];
  let accepted = 0;
  const server = createServer((socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    const chosen = typeof rudeness === 'function' ? rudeness(accepted) : rudeness;
    misbehave(socket, chosen, (chunk) => received.push(chunk));
  });
  const port = await listen(server);
  const close = (): Promise<void> => closeServer(server, sockets);
  return {
    port,
    address: `127.0.0.1:${port}`,
    get accepted() {
      return accepted;
    },
    received: () => new Uint8Array(Buffer.concat(received)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function misbehave(socket: Socket, rudeness: Rudeness, onChunk: (chunk: Uint8Array) => void): void {
  if (rudeness.kind === 'close') {
    socket.end();
    return;
  }
  if (rudeness.kind === 'reset') {
    socket.resetAndDestroy();
    return;
  }
  if (rudeness.kind === 'deaf') {
    socket.pause();
    return;
  }
  const answer = answererOf(socket, rudeness);
  socket.on('data', (chunk) => {
    onChunk(chunk);
    answer();
  });
}

function answererOf(socket: Socket, rudeness: Rudeness): () => void {
  switch (rudeness.kind) {
    case 'html':
      return () => socket.write(HTML_REPLY);
    case 'garbage': {
      const random = seededRandom(rudeness.seed ?? 7);
      return () => socket.write(random.bytes(rudeness.bytesPerChunk ?? 64));
    }
    case 'reply':
      return once(() => socket.write(rudeness.bytes));
    case 'close-after':
      return once(() => socket.end(rudeness.bytes));
    case 'reset-after':
      return once(() =>
        socket.write(rudeness.bytes, () => setTimeout(() => socket.resetAndDestroy(), RESET_DELAY_MS)),
      );
    case 'trickle':
      return once(() => trickle(socket, rudeness.bytes, rudeness.everyMs));
    default:
      return () => undefined;
  }
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) {
      done = true;
      action();
    }
  };
}

function trickle(socket: Socket, bytes: Uint8Array, everyMs: number): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at >= bytes.length || socket.destroyed) {
      clearInterval(timer);
      return;
    }
    socket.write(bytes.subarray(at, at + 1));
    at++;
  }, everyMs);
  socket.on('close', () => clearInterval(timer));
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error('the server has no port'));
        return;
      }
      resolve(address.port);
    });
  });
}

function closeServer(server: Server, sockets: Set<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) {
      socket.destroy();
    }
  });
}
