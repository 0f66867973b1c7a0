import type { IncomingMessage } from 'node:http';

const NOTHING = new Uint8Array(0);

/**
 * Reads a request's body to its end. One that is longer than `maxBytes` is read, not kept, and counts as none, as a node
 * does it. Resolves to undefined where the connection ended before the body.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else chunks = [];
    });
    request.on('end', () =>
      resolve(length > maxBytes || length === 0 ? NOTHING : Buffer.concat(chunks, length)),
    );
    request.on('close', () => resolve(undefined));
    request.on('error', () => resolve(undefined));
  });
}
