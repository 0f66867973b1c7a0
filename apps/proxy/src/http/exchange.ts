import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Turn } from './connection-lanes.js';
import type { SendContext } from './send-answer.js';

/**
 * One request and what is known about it by the time it is answered. A class, for an object literal with a getter costs each
 * request about as much as all the rest of its handling.
 */
export class Exchange implements Turn {
  pairMs: number | undefined;
  finished = false;
  /** Bytes that stand in the budget: of the request's body, later of a large answer until the caller has read it. */
  heldBytes = 0;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    readonly target: string,
    readonly requestId: string,
    readonly startedAt: number,
    private readonly onStart: (exchange: Exchange) => void,
    private readonly onDone: (exchange: Exchange) => void,
  ) {}

  get isWhole(): boolean {
    return this.request.complete;
  }

  start(): void {
    this.onStart(this);
  }

  done(): void {
    this.onDone(this);
  }

  context(closing: boolean): SendContext {
    return { requestId: this.requestId, startedAt: this.startedAt, pairMs: this.pairMs, closing };
  }
}
