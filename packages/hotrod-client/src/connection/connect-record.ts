import { performance } from 'node:perf_hooks';
import type { HotRodError } from '../hotrod-error.js';
import { connectChannel } from '../observe/diagnostics.js';
import type { Connection } from './connection.js';

/** Tells of one attempt to connect on `hotrod:connect`, while anybody listens there. */
export class ConnectRecord {
  readonly #client: string;
  readonly #server: string;
  readonly #startedMs = performance.now();

  constructor(client: string, server: string) {
    this.#client = client;
    this.#server = server;
    if (connectChannel.hasSubscribers) connectChannel.publish({ phase: 'start', client, server });
  }

  succeeded({ id: connectionId, version: protocolVersion }: Connection): void {
    if (!connectChannel.hasSubscribers) return;
    connectChannel.publish({ phase: 'end', ...this.#described(), connectionId, protocolVersion });
  }

  failed(error: HotRodError): void {
    if (connectChannel.hasSubscribers) {
      connectChannel.publish({ phase: 'error', ...this.#described(), error });
    }
  }

  #described() {
    const durationMs = performance.now() - this.#startedMs;
    return { client: this.#client, server: this.#server, durationMs };
  }
}
