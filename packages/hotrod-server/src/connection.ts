import type { Socket } from 'node:net';
import { debuglog } from 'node:util';
import { ByteWriter } from '@kvtwin/bytes';
import { encodeError, HotRodProtocolError, RequestDecoder } from '@kvtwin/hotrod-protocol';
import type { CacheHost } from './cache-host.js';
import { RequestHandler } from './request-handler.js';
import type { ServerFaults } from './server-faults.js';
import type { ServerLimits } from './server-options.js';

/** `NODE_DEBUG=kvtwin-hotrod-server` */
const log = debuglog('kvtwin-hotrod-server');

/** Values from this size on are written from the cache's own memory instead of being copied. */
const borrowAtLeastBytes = 16 * 1024;

/** A caller that was hung up on gets this long to read the last reply before it is cut off. */
const lingerMs = 2000;

/** What a connection needs of its server. */
export interface ConnectionContext {
  readonly host: CacheHost;
  readonly limits: ServerLimits;
  readonly faults: ServerFaults;
  onClosed(connection: Connection): void;
}

/**
 * One caller. Requests are carried out in the order in which they come, and all replies of one arrival go out in one write.
 *
 * ```
 *   socket ──data──▶ RequestDecoder ──▶ RequestHandler ──▶ ByteWriter ──one write──▶ socket
 *      ▲                                                        │
 *      └── paused while more than maxQueuedBytes wait ◀─────────┘
 * ```
 */
export class Connection {
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #decoder: RequestDecoder;
  readonly #handler: RequestHandler;
  readonly #writer = new ByteWriter({ borrowAtLeast: borrowAtLeastBytes });
  readonly #closed: Promise<void>;
  /** Replies held back by a test; undefined: none are. */
  #held: Uint8Array[] | undefined;
  #heldBytes = 0;
  /** No further request is carried out; what still arrives is dropped. */
  #stopped = false;
  #inputEnded = false;
  #paused = false;
  #cutOff: NodeJS.Timeout | undefined;

  constructor(socket: Socket, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
    this.#held = context.faults.holding ? [] : undefined;
    this.#decoder = new RequestDecoder({ limits: { maxMessageBytes: context.limits.maxRequestBytes } });
    this.#handler = new RequestHandler(context.host, this);
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('end', () => {
      this.#inputEnded = true;
      this.#pump();
    });
    if (context.limits.idleTimeoutMs !== undefined) {
      socket.setTimeout(context.limits.idleTimeoutMs, () => this.#hangUp(0));
    }
    // What went wrong does not matter any more: 'close' follows.
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#stopped = true;
      clearTimeout(this.#cutOff);
      context.onClosed(this);
    });
  }

  /** Ends the connection after what was answered, at the latest after `deadlineMs`. */
  async close(deadlineMs: number): Promise<void> {
    this.#hangUp(deadlineMs);
    await this.#closed;
  }

  /** Cuts the connection off with a reset. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Cuts the connection off with a reset, and waits until it is gone. */
  async kill(): Promise<void> {
    this.reset();
    await this.#closed;
  }

  /** Keeps replies back from now on. */
  hold(): void {
    this.#held ??= [];
  }

  /** Sends what was held back and answers at once again. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#heldBytes = 0;
    this.#send(held);
    this.#pump();
  }

  #receive(chunk: Uint8Array): void {
    if (!this.#stopped) {
      this.#decoder.push(chunk);
      this.#pump();
    }
  }

  /** Carries out what has arrived, until the caller must first read its replies. */
  #pump(): void {
    // The kernel may take a write at once: then there is no congestion after it, and nobody else would go on.
    while (!this.#stopped && !this.#isCongested() && this.#handleArrived()) {
      // #handleArrived did the work.
    }
    if (this.#stopped) {
      return;
    }
    if (this.#isCongested()) {
      this.#paused = true;
      this.#socket.pause();
    } else if (this.#inputEnded && this.#held === undefined) {
      this.#hangUp(lingerMs);
    } else if (this.#paused) {
      this.#paused = false;
      this.#socket.resume();
    }
  }

  /** Carries out requests and sends their replies in one write; false where no further one has arrived whole. */
  #handleArrived(): boolean {
    let more = true;
    while (more && !this.#stopped && !this.#isCongested()) {
      more = this.#handleNext();
    }
    this.#flush();
    return more;
  }

  /** Carries out one request; false where none has arrived whole. */
  #handleNext(): boolean {
    try {
      const message = this.#decoder.next();
      if (message === undefined) {
        return false;
      }
      this.#handler.handle(message, this.#writer);
    } catch (error) {
      this.#refuse(error);
    }
    return true;
  }

  /** Answers bytes that are no request, as far as they can be answered. */
  #refuse(error: unknown): void {
    if (!HotRodProtocolError.is(error)) {
      log('connection reset: %o', error);
      this.reset();
      return;
    }
    log('%s', error.message);
    if (error.answer !== undefined) {
      encodeError(this.#writer, { ...error.answer, message: error.message });
    }
    if (error.close) {
      this.#hangUp(lingerMs);
    }
  }

  #isCongested(): boolean {
    const waiting = this.#writer.length + this.#heldBytes + this.#socket.writableLength;
    return waiting >= this.#context.limits.maxQueuedBytes;
  }

  #flush(): void {
    if (this.#writer.length === 0) {
      return;
    }
    if (this.#held !== undefined) {
      this.#heldBytes += this.#writer.length;
      this.#held.push(...this.#writer.takeParts());
      return;
    }
    this.#send(this.#writer.takeParts());
  }

  #send(parts: readonly Uint8Array[]): void {
    if (parts.length === 0 || !this.#socket.writable) {
      return;
    }
    this.#socket.cork();
    for (const part of parts.slice(0, -1)) {
      this.#socket.write(part);
    }
    this.#socket.write(parts[parts.length - 1]!, () => this.#goOn());
    this.#socket.uncork();
  }

  /** After a write: the caller may have caught up. */
  #goOn(): void {
    if (this.#paused && !this.#stopped && !this.#isCongested()) {
      this.#pump();
    }
  }

  /**
   * Says goodbye: what was answered goes out, what still comes in is dropped (closing with unread bytes would reset the
   * connection, and the reset would overtake the last reply), and after `deadlineMs` the rest is cut off.
   */
  #hangUp(deadlineMs: number): void {
    this.#stopped = true;
    this.#flush();
    clearTimeout(this.#cutOff);
    this.#cutOff = setTimeout(() => this.#socket.destroy(), deadlineMs);
    this.#socket.end();
    this.#socket.resume();
  }
}
