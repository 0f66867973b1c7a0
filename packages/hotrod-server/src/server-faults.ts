import type { Connection } from './connection.js';

/** Makes a server misbehave, so that a client's timeouts and reconnects can be tested. */
export class ServerFaults {
  #connections: ReadonlySet<Connection> = new Set();
  #holding = false;

  /** The server says which connections are its own; a node that is started again has new ones. */
  attach(connections: ReadonlySet<Connection>): void {
    this.#connections = connections;
  }

  /** Whether replies are being held back. */
  get holding(): boolean {
    return this.#holding;
  }

  /** From now on requests are carried out, but the replies are kept back, on new connections too. */
  holdReplies(): void {
    this.#holding = true;
    for (const connection of this.#connections) {
      connection.hold();
    }
  }

  /** Sends the replies that were held back, in order, and answers at once again. */
  releaseReplies(): void {
    this.#holding = false;
    for (const connection of this.#connections) {
      connection.release();
    }
  }

  /** Resets every open connection (RST); new ones are taken as before. */
  resetConnections(): void {
    for (const connection of this.#connections) {
      connection.reset();
    }
  }
}
