import { connect, createServer, type Socket } from 'node:net';

/** A TCP server before another one that passes everything on, answers only after `delayMs`. */
export interface SlowForwarder {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. Whatever `port` sends arrives `delayMs` later, in order. */
export async function slowForwarder(port: number, delayMs: number): Promise<SlowForwarder> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const server = createServer((caller) => {
    const behind = connect(port, '127.0.0.1');
    keep(caller);
    keep(behind);
    caller.pipe(behind);
    behind.on('data', (chunk) => setTimeout(() => caller.writable && caller.write(chunk), delayMs));
    behind.on('close', () => setTimeout(() => caller.end(), delayMs));
    caller.on('close', () => behind.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the forwarder has no port');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
