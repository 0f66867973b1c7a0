import type { OperationName } from '@kvtwin/hotrod-protocol';
import type { ReplyFault } from './reply-fault.js';

/** What a fault does to a connection. */
interface FaultyConnection {
  hold(): void;
  release(): void;
  reset(): void;
}

/** An error that is answered instead of carrying a request out. */
export interface InjectedError {
  /** 0x81 to 0x88: 0x87 and 0x88, for instance, send a client to another node. */
  readonly status: number;
  readonly message: string;
}

/** Which requests a fault is for. */
export interface FaultTarget {
  /** Only requests of this operation; any by default. */
  readonly operation?: OperationName;
  /** How many requests; 1 by default. */
  readonly times?: number;
}

interface Injected {
  readonly fault: ReplyFault | InjectedError;
  readonly operation: OperationName | undefined;
  left: number;
}

/** Makes a server, or one node of a cluster, misbehave, so that a client's timeouts, retries and reconnects can be tested. */
export class ServerFaults {
  #connections: ReadonlySet<FaultyConnection> = new Set();
  #injected: Injected[] = [];
  #holding = false;
  #delayMs = 0;

  /** The server says which connections are its own; a node that is started again has new ones. */
  attach(connections: ReadonlySet<FaultyConnection>): void {
    this.#connections = connections;
  }

  /** Whether replies are being held back. */
  get holding(): boolean {
    return this.#holding;
  }

  /** How long every reply is kept back, in milliseconds. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** From now on requests are carried out, but the replies are kept back, on new connections too; events as well. */
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

  /** From now on each reply goes out this many milliseconds late, in order, on all connections; 0 ends it. */
  delayReplies(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Resets every open connection (RST); new ones are taken as before. */
  resetConnections(): void {
    for (const connection of this.#connections) {
      connection.reset();
    }
  }

  /** Spoils the next request, or the next ones of an operation; faults are used up in the order in which they came. */
  inject(fault: ReplyFault | InjectedError, { operation, times = 1 }: FaultTarget = {}): void {
    this.#injected.push({ fault, operation, left: times });
  }

  /** Forgets what was injected and is not used up, and lets replies go out, at once, again. */
  clear(): void {
    this.#injected = [];
    this.#delayMs = 0;
    if (this.#holding) {
      this.releaseReplies();
    }
  }

  /** The connection takes the fault that the request is to meet, if any. */
  take(operation: string): ReplyFault | InjectedError | undefined {
    if (this.#injected.length === 0) {
      return undefined;
    }
    const next = this.#injected.find((each) => each.operation === undefined || each.operation === operation);
    if (next === undefined) {
      return undefined;
    }
    next.left--;
    if (next.left <= 0) {
      this.#injected = this.#injected.filter((each) => each !== next);
    }
    return next.fault;
  }
}
