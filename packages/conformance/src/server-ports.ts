import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** The ports of a node of a cluster. */
export interface ServerPorts {
  /** For clients. */
  readonly endpoint: number;
  /** For the other nodes. */
  readonly cluster: number;
}

/** A node listens on its cluster port plus this for the sockets by which the others notice a crash at once (FD_SOCK2). */
export const CRASH_DETECTION_OFFSET = 50_000;

/**
 * Below the ports that the system hands out to outgoing connections (32768 and up, or 49152), so that a node finds its own
 * again when it returns, and nobody's attempt to reach a dead one meets itself; and low enough for the offset.
 */
const LOWEST = 12_000;
const HIGHEST = 15_500;
const ATTEMPTS = 200;

/** Ports of 127.0.0.1 for so many nodes, that nobody listens on at the moment. */
export async function freeServerPorts(nodes: number): Promise<ServerPorts[]> {
  const taken = new Set<number>();
  const ports: ServerPorts[] = [];
  for (let i = 0; i < nodes; i++) {
    const endpoint = await freeFrom(taken, []);
    const cluster = await freeFrom(taken, [CRASH_DETECTION_OFFSET]);
    ports.push({ endpoint, cluster });
  }
  return ports;
}

async function freeFrom(taken: Set<number>, offsets: readonly number[]): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST);
    if (taken.has(port)) continue;
    const wanted = [port, ...offsets.map((offset) => port + offset)];
    const free = await Promise.all(wanted.map(isFree));
    if (free.every(Boolean)) {
      taken.add(port);
      return port;
    }
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
