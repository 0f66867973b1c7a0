import { createConnection, createServer } from 'node:net';

/** A TCP relay that hands on what the server says in pieces of so many bytes, each in a segment of its own. */
export interface SplittingRelay {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts one on a port of 127.0.0.1, by default a free one, in front of a port there. */
export async function startSplittingRelay(
  port: number,
  pieceBytes: number,
  ownPort = 0,
): Promise<SplittingRelay> {
  const relay = createServer({ noDelay: true }, (client) => {
    const server = createConnection({ host: '127.0.0.1', port, noDelay: true });
    client.pipe(server);
    client.on('error', () => server.destroy());
    client.on('close', () => server.destroy());
    server.on('error', () => client.destroy());
    server.on('close', () => client.destroy());
    server.on('data', (chunk) => {
      server.pause();
      let at = 0;
      const next = (): void => {
        if (client.destroyed) return;
        if (at >= chunk.length) {
          server.resume();
          return;
        }
        client.write(chunk.subarray(at, at + pieceBytes));
        at += pieceBytes;
        setImmediate(next);
      };
      next();
    });
  });
  await new Promise<void>((resolve) => relay.listen(ownPort, '127.0.0.1', resolve));
  const address = relay.address();
  return {
    url: `hotrod://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close: () => new Promise((resolve) => relay.close(() => resolve())),
  };
}
