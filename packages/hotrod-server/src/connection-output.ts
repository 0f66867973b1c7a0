import type { Socket } from 'node:net';
import { ByteWriter } from '@kvtwin/bytes';
import { type CacheEvent, encodeEvent } from '@kvtwin/hotrod-protocol';
import type { ServerFaults } from './server-faults.js';
import type { ServerLimits } from './server-options.js';

/** Values from this size on are written from the cache's own memory instead of being copied. */
const borrowAtLeastBytes = 16 * 1024;

/** What the output needs of its connection. */
export interface OutputContext {
  readonly limits: ServerLimits;
  readonly faults: ServerFaults;
  /** After every write: the caller may have caught up. */
  onWritten(): void;
}

/**
 * All that goes out on one connection: replies, written together, and events between them.
 *
 * ```
 *   replies, events ──▶ writer ──flush──▶ socket
 *                                  └────▶ kept by a fault, held or delayed ──later──▶ socket
 * ```
 */
export class ConnectionOutput {
  /** Where replies are written to. */
  readonly writer = new ByteWriter({ borrowAtLeast: borrowAtLeastBytes });
  readonly #socket: Socket;
  readonly #context: OutputContext;
  #held: boolean;
  #kept: Uint8Array[][] = [];
  #keptBytes = 0;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Bytes of events that no write has taken yet, and of those that the caller's system has not. */
  #freshEventBytes = 0;
  #eventBytes = 0;
  #flushIsDue = false;

  constructor(socket: Socket, context: OutputContext) {
    this.#socket = socket;
    this.#context = context;
    this.#held = context.faults.holding;
  }

  /** Bytes that wait for the caller to read. */
  get waiting(): number {
    return this.writer.length + this.#keptBytes + this.#socket.writableLength;
  }

  /** Whether there is something that a fault keeps back. */
  get isKeeping(): boolean {
    return this.#held || this.#kept.length > 0;
  }

  /** Sends what was written. */
  flush(): void {
    if (this.writer.length === 0) {
      return;
    }
    const { delayMs } = this.#context.faults;
    if (!this.isKeeping && delayMs === 0) {
      this.#send(this.writer.takeParts());
      return;
    }
    this.#keptBytes += this.writer.length;
    this.#kept.push(this.writer.takeParts());
    if (!this.#held) {
      this.#later(() => this.#sendKept(1), delayMs);
    }
  }

  /**
   * Appends an event and sends it soon, together with others of this moment. False where more than
   * `limits.maxQueuedEventBytes` of events wait for the caller.
   */
  writeEvent(event: CacheEvent): boolean {
    const before = this.writer.length;
    encodeEvent(this.writer, event);
    const added = this.writer.length - before;
    this.#freshEventBytes += added;
    this.#eventBytes += added;
    if (!this.#flushIsDue) {
      this.#flushIsDue = true;
      queueMicrotask(() => {
        this.#flushIsDue = false;
        this.flush();
      });
    }
    return this.#eventBytes <= this.#context.limits.maxQueuedEventBytes;
  }

  /** Keeps back what is written from now on. */
  hold(): void {
    this.#held = true;
  }

  /** Sends what was held back. */
  release(): void {
    this.#held = false;
    this.#sendKept(this.#kept.length);
  }

  /** The last words: also what was delayed, but not what is held. */
  finish(): void {
    this.flush();
    if (!this.#held) {
      this.#sendKept(this.#kept.length);
    }
  }

  /** After everything else that goes out, these bytes; then calls back. */
  sendLast(bytes: Uint8Array, then: () => void): void {
    this.finish();
    if (bytes.length === 0 || !this.#socket.writable) {
      then();
    } else {
      this.#socket.write(bytes, then);
    }
  }

  /** The socket is closed: nothing goes out any more. */
  close(): void {
    for (const timer of this.#timers) {
      clearTimeout(timer);
    }
    this.#kept = [];
  }

  #later(act: () => void, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }

  #sendKept(count: number): void {
    for (const parts of this.#kept.splice(0, this.#held ? 0 : count)) {
      this.#keptBytes -= parts.reduce((sum, part) => sum + part.length, 0);
      this.#send(parts);
    }
  }

  #send(parts: readonly Uint8Array[]): void {
    if (parts.length === 0 || !this.#socket.writable) {
      return;
    }
    const eventBytes = this.#freshEventBytes;
    this.#freshEventBytes = 0;
    this.#socket.cork();
    for (const part of parts.slice(0, -1)) {
      this.#socket.write(part);
    }
    this.#socket.write(parts[parts.length - 1]!, () => {
      this.#eventBytes -= eventBytes;
      this.#context.onWritten();
    });
    this.#socket.uncork();
  }
}
