import { connect, createServer, type Socket } from 'node:net';

/** A TCP server before a side. While it is shut, requests that write do not get through, and nobody answers them. */
export interface WriteGate {
  readonly port: number;
  shut(): void;
  open(): void;
  /** Resolves once so many writes have been held since it was made. */
  held(count: number): Promise<void>;
  close(): Promise<void>;
}

const HTTP_WRITES = /^[A-Z]+ \/hustdb\/(?:put|del|hset|hdel|hincrby|sadd|srem|zadd|zrem)\?/;
/** Hot Rod: put, putIfAbsent, replace, replaceIfUnmodified, remove, removeIfUnmodified. */
const HOT_ROD_WRITES = [0x01, 0x05, 0x07, 0x09, 0x0b, 0x0d];

/** Whether a chunk begins with a request that writes. Requests that wait for one another come in chunks of their own. */
function isWrite(chunk: Buffer): boolean {
  if (chunk[0] !== 0xa0) return HTTP_WRITES.test(chunk.toString('latin1', 0, 40));
  let at = 1;
  while (chunk[at]! >= 0x80) at++;
  return HOT_ROD_WRITES.includes(chunk[at + 2]!);
}

/** Starts one on a free port of 127.0.0.1 before `port`. It is open. */
export async function startWriteGate(port: number): Promise<WriteGate> {
  const sockets = new Set<Socket>();
  let isShut = false;
  let count = 0;
  let wake: () => void = () => {};
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const server = createServer((caller) => {
    const behind = connect(port, '127.0.0.1');
    keep(caller);
    keep(behind);
    behind.pipe(caller);
    caller.on('data', (chunk: Buffer) => {
      if (!isShut || !isWrite(chunk)) {
        behind.write(chunk);
        return;
      }
      count++;
      wake();
    });
    caller.on('close', () => behind.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the gate has no port');
  return {
    port: address.port,
    shut: () => {
      isShut = true;
    },
    open: () => {
      isShut = false;
    },
    held: async (wanted) => {
      while (count < wanted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
