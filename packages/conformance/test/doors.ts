import { connect, createServer, type Server, type Socket } from 'node:net';
import type { InfinispanNode } from '../src/index.js';

/** A relay in front of one node. Whom a client talks to shows here, whatever the client says of itself. */
export interface Door {
  readonly node: InfinispanNode;
  readonly port: number;
  /** Bytes that clients have sent to the node. */
  bytesIn: number;
  /** Clients that are connected through it. */
  readonly clients: number;
  /** Breaks every connection through it, whatever is on its way. */
  cut(): void;
}

/** A door in front of each node of a cluster. */
export interface Doors {
  readonly doors: readonly Door[];
  /** For the client's option of that name: leads to the door of the node that the servers name. */
  mapAddress(host: string, port: number): { host: string; port: number };
  /** The doors through which something was sent since the last call. */
  usedSince(): Door[];
  close(): Promise<void>;
}

/** Opens the doors on free ports of 127.0.0.1. */
export async function openDoors(nodes: readonly InfinispanNode[]): Promise<Doors> {
  const opened = await Promise.all(nodes.map(openDoor));
  const doors = opened.map(({ door }) => door);
  const before = new Map<Door, number>(doors.map((door) => [door, 0]));
  return {
    doors,
    mapAddress: (host, port) => {
      const door = doors.find(({ node }) => node.port === port);
      return { host, port: door?.port ?? port };
    },
    usedSince: () => {
      const used = doors.filter((door) => door.bytesIn !== before.get(door));
      for (const door of doors) before.set(door, door.bytesIn);
      return used;
    },
    close: async () => {
      await Promise.all(opened.map(({ close }) => close()));
    },
  };
}

async function openDoor(node: InfinispanNode): Promise<{ door: Door; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer();
  const state = { bytesIn: 0, clients: 0 };
  server.on('connection', (client) => {
    const onward = connect({ host: '127.0.0.1', port: node.port, noDelay: true });
    client.setNoDelay(true);
    state.clients++;
    client.on('data', (chunk) => {
      state.bytesIn += chunk.length;
    });
    client.on('close', () => state.clients--);
    for (const [one, other] of [
      [client, onward],
      [onward, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const port = await listen(server);
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const door: Door = Object.assign(state, { node, port, cut });
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    cut();
    await closed;
  };
  return { door, close };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
