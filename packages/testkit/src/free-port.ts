import { createServer } from 'node:net';

/**
 * A TCP port of 127.0.0.1 that nobody listens on. Another process may take it before the caller does: where a server can
 * listen on port 0 itself, let it.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') {
          reject(new Error('the probe has no port'));
          return;
        }
        resolve(address.port);
      });
    });
  });
}
