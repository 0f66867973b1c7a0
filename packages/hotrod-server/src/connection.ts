import type { Socket } from 'node:net';
import { debuglog } from 'node:util';
import { ByteWriter } from '@kvtwin/bytes';
import {
  type CacheEvent,
  encodeError,
  HotRodProtocolError,
  RequestDecoder,
  type RequestMessage,
} from '@kvtwin/hotrod-protocol';
import type { CacheHost } from './cache-host.js';
import { ConnectionOutput } from './connection-output.js';
import type { EventSink } from './event-sink.js';
import { type ReplyFault, spoiledReply } from './reply-fault.js';
import { RequestHandler } from './request-handler.js';
import type { ServerFaults } from './server-faults.js';
import type { ServerLimits } from './server-options.js';

/** `NODE_DEBUG=kvtwin-hotrod-server` */
const log = debuglog('kvtwin-hotrod-server');

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
 *   socket ──data──▶ RequestDecoder ──▶ RequestHandler ──▶ ConnectionOutput ──one write──▶ socket
 *      ▲                                   changes of caches ──events──▲│
 *      └── paused while more than maxQueuedBytes wait ◀─────────────────┘
 * ```
 */
export class Connection implements EventSink {
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #decoder: RequestDecoder;
  readonly #handler: RequestHandler;
  readonly #output: ConnectionOutput;
  readonly #closed: Promise<void>;
  /** What is left of a reply with many events before it; nothing else is carried out meanwhile. */
  #longReply: Iterator<void> | undefined;
  /** No further request is carried out; what still arrives is dropped. */
  #stopped = false;
  #inputEnded = false;
  #paused = false;
  #cutOff: NodeJS.Timeout | undefined;

  constructor(socket: Socket, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
    this.#output = new ConnectionOutput(socket, { ...context, onWritten: () => this.#goOn() });
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
      this.#output.close();
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
    this.#stopped = true;
    this.#socket.resetAndDestroy();
  }

  /** Cuts the connection off with a reset, and waits until it is gone. */
  async kill(): Promise<void> {
    this.reset();
    await this.#closed;
  }

  /** Keeps replies back from now on. */
  hold(): void {
    this.#output.hold();
  }

  /** Sends what was held back and answers at once again. */
  release(): void {
    this.#output.release();
    this.#pump();
  }

  sendEvent(event: CacheEvent): void {
    if (!this.#stopped && !this.#output.writeEvent(event)) {
      log('connection reset: more than %d bytes of events wait', this.#context.limits.maxQueuedEventBytes);
      this.reset();
    }
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
    } else if (this.#inputEnded && !this.#output.isKeeping) {
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
    this.#output.flush();
    return more;
  }

  /** Carries out one request, or the next part of one; false where none has arrived whole. */
  #handleNext(): boolean {
    try {
      if (this.#longReply !== undefined) {
        this.#longReply = this.#longReply.next().done ? undefined : this.#longReply;
        return true;
      }
      const message = this.#decoder.next();
      if (message === undefined) {
        return false;
      }
      this.#carryOut(message);
    } catch (error) {
      this.#refuse(error);
    }
    return true;
  }

  #carryOut(message: RequestMessage): void {
    this.#context.host.cluster?.onRequest(message);
    const fault = this.#context.faults.take(message.operation.name);
    if (fault === undefined) {
      this.#longReply = this.#handler.handle(message, this.#output.writer);
    } else if (typeof fault === 'string') {
      this.#answerWrongly(message, fault);
    } else {
      encodeError(this.#output.writer, { ...fault, messageId: message.header.messageId });
    }
  }

  /** Does to a reply what a test wants. */
  #answerWrongly(message: RequestMessage, fault: ReplyFault): void {
    const reply = new ByteWriter();
    if (fault !== 'reset-unapplied') {
      const rest = this.#handler.handle(message, reply);
      while (rest !== undefined && !rest.next().done) {
        // The events before the reply are spoiled with it.
      }
    }
    const bytes = spoiledReply(fault, reply.take(), message.header.messageId);
    if (fault.startsWith('reset-')) {
      this.#stopped = true;
      this.#output.sendLast(bytes, () => this.reset());
    } else if (fault === 'end-mid-reply') {
      this.#output.writer.raw(bytes);
      this.#hangUp(lingerMs);
    } else {
      this.#output.writer.raw(bytes);
    }
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
      encodeError(this.#output.writer, { ...error.answer, message: error.message });
    }
    if (error.close) {
      this.#hangUp(lingerMs);
    }
  }

  #isCongested(): boolean {
    return this.#output.waiting >= this.#context.limits.maxQueuedBytes;
  }

  /** After a write: the caller may have caught up. */
  #goOn(): void {
    if (!this.#stopped && (this.#paused || this.#inputEnded) && !this.#isCongested()) {
      this.#pump();
    }
  }

  /**
   * Says goodbye: what was answered goes out, what still comes in is dropped (closing with unread bytes would reset the
   * connection, and the reset would overtake the last reply), and after `deadlineMs` the rest is cut off.
   */
  #hangUp(deadlineMs: number): void {
    this.#stopped = true;
    this.#output.finish();
    clearTimeout(this.#cutOff);
    this.#cutOff = setTimeout(() => this.#socket.destroy(), deadlineMs);
    this.#socket.end();
    this.#socket.resume();
  }
}
