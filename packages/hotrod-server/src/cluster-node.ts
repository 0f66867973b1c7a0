import type { ServerAddress } from '@kvtwin/hotrod-protocol';
import { NodeRequests } from './node-requests.js';
import type { ServerFaults } from './server-faults.js';
import type { ServerNode } from './server-node.js';

/** One node of a {@link HotRodCluster}, the same through all its stops and starts. */
export class ClusterNode {
  readonly index: number;
  /** Where it listens when it runs; the same port after a restart. */
  readonly host: string;
  /** Under what address clients are told of it. */
  readonly advertised: ServerAddress;
  /** Makes this node alone misbehave. */
  readonly faults: ServerFaults;
  /** What this node was asked since it first started, or since `requests.reset()`. */
  readonly requests = new NodeRequests();
  readonly port: number;
  #server: ServerNode | undefined;

  /** Made by the cluster. */
  constructor(index: number, address: ServerAddress, advertised: ServerAddress, server: ServerNode) {
    this.index = index;
    this.host = address.host;
    this.port = address.port;
    this.faults = server.faults;
    this.advertised = advertised;
    this.#server = server;
  }

  /** Whether it listens. */
  get running(): boolean {
    return this.#server !== undefined;
  }

  /** `hotrod://host:port`, of this node alone. */
  get url(): string {
    return `hotrod://${authority(this)}`;
  }

  /** How many connections are open to it. */
  get connections(): number {
    return this.#server?.connections ?? 0;
  }

  /** The cluster starts it again. */
  revive(server: ServerNode): void {
    this.#server = server;
  }

  /** The cluster takes its server to end it; undefined where it does not run. */
  takeServer(): ServerNode | undefined {
    const server = this.#server;
    this.#server = undefined;
    return server;
  }
}

/** `host:port`, the host in brackets where it has colons. */
export function authority({ host, port }: ServerAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
