import { connect, createServer, type Socket } from 'node:net';

/** A TCP server before another one. */
export interface Forwarder {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. `join` says what goes from a caller to its own connection to `port`, and back. */
export async function startForwarder(
  port: number,
  join: (caller: Socket, behind: Socket) => void,
): Promise<Forwarder> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const server = createServer((caller) => {
    const behind = connect(port, '127.0.0.1');
    keep(caller);
    keep(behind);
    join(caller, behind);
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
