import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { fileURLToPath } from 'node:url';

/** Path of a certificate made for tests; they are valid for a hundred years and open nothing. */
export function certificatePath(name: string): string {
  return fileURLToPath(new URL(`./certificates/${name}`, import.meta.url));
}

/** Its bytes. */
export function certificate(name: string): Buffer {
  return readFileSync(certificatePath(name));
}

/** Speaks TLS in front of a server that does not. */
export interface TlsFront {
  readonly port: number;
  /** The latest connection whose handshake is done. */
  readonly latest: TLSSocket | undefined;
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1, with the certificate of localhost unless told otherwise. */
export async function startTlsFront(targetPort: number, options: TlsOptions = {}): Promise<TlsFront> {
  let latest: TLSSocket | undefined;
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer(
    { cert: certificate('server.pem'), key: certificate('server-key.pem'), ...options },
    (socket) => {
      latest = socket;
      const target = connect(targetPort, '127.0.0.1');
      sockets.add(socket).add(target);
      for (const [from, to] of [
        [socket, target],
        [target, socket],
      ] as const) {
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
        from.pipe(to);
      }
    },
  );
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get latest() {
      return latest;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
