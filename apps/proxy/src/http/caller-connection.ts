import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Answer } from '../answers/answer.js';
import type { HtmlStatus } from '../answers/html-answer.js';
import { answerHead } from './answer-text.js';
import { Exchange, type ExchangeConnection } from './exchange.js';
import { faultPage } from './fault-page.js';
import { type BodySink, IncomingBody } from './incoming-body.js';
import { behindEmptyLines, RequestDecoder, type RequestFault } from './request-decoder.js';

/** How long a connection may be in what state, in milliseconds. */
export interface ConnectionTimes {
  /** Between requests. */
  readonly idleMs: number;
  /** From the first byte of a request to the end of its head; also until the first request comes. */
  readonly headMs: number;
  /** Without taking any of an answer, or sending any of a body that nobody reads. */
  readonly stallMs: number;
  /** For going on to send after the last answer. */
  readonly lingerMs: number;
}

/** Who answers the requests of connections. */
export interface RequestHandler {
  /** A request's turn has come. It is answered once, now or later, by {@link CallerConnection.answer}. */
  begin(exchange: Exchange): void;
  /** It is answered and the answer is on its way, or its connection is gone. May come twice. */
  finished(exchange: Exchange): void;
  /** The connection is gone. */
  gone(connection: CallerConnection): void;
}

/** Requests behind the one under way are kept unread up to here; then the caller has to wait. */
const AHEAD_LIMIT_BYTES = 64 * 1024;
/** Up to here a body is joined to its head: one write of one string costs less than two of two buffers. */
const JOINED_LIMIT_BYTES = 8 * 1024;

const NOTHING = Buffer.alloc(0);
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const STATUSES: Readonly<Record<RequestFault, HtmlStatus>> = {
  malformed: 400,
  'head-too-large': 400,
  'line-too-long': 414,
  connect: 405,
};

/**
 * The connection of one caller. Its requests have their effect one after the other, as with nginx: what is pipelined waits,
 * unread, until the request before it is answered.
 *
 *     ┌▶ head ──▶ body, to whoever reads it ──▶ answer ─┐
 *     └─────────────── the next one ────────────────────┘      no request, "close", the end ──▶ page, end, lingering
 */
export class CallerConnection implements ExchangeConnection {
  readonly #socket: Socket;
  readonly #handler: RequestHandler;
  readonly #times: ConnectionTimes;
  readonly #decoder = new RequestDecoder();
  /** What came and is not read yet. */
  #pending: Buffer = NOTHING;
  #exchange: Exchange | undefined;
  /** Of the last request, until it is whole; its answer may be gone by then. */
  #body: IncomingBody | undefined;
  #isReading = false;
  #isPaused = false;
  /** The caller's half has ended. */
  #hasEnded = false;
  /** The caller has not taken the last answer yet. */
  #isBlocked = false;
  /** The caller waits to hear that its body is wanted. */
  #waitsToContinue = false;
  /** Nothing more is answered. */
  #isOver = false;
  /** When the last thing began that a time limit is for. */
  #sinceMs = performance.now();
  #requests = 0;

  constructor(socket: Socket, handler: RequestHandler, times: ConnectionTimes) {
    this.#socket = socket;
    this.#handler = handler;
    this.#times = times;
    socket
      .on('data', (chunk: Buffer) => this.#onData(chunk))
      .on('end', () => this.#onEnd())
      .on('drain', () => this.#onDrain())
      .on('finish', () => this.#linger())
      .on('timeout', () => socket.destroy())
      .on('error', () => socket.destroy())
      .on('close', () => this.#onClose());
  }

  readBody(sink: BodySink): void {
    if (this.#body === undefined) {
      sink.end();
      return;
    }
    this.#body.sink = sink;
    if (this.#waitsToContinue) this.#socket.write(CONTINUE, 'latin1');
    this.#waitsToContinue = false;
  }

  /**
   * Sends the answer to the request under way; a HEAD gets its head only. `close`: no other one is read, nor where it cannot be
   * known whether the body, which nobody asked for, will come. Without effect where the connection is gone, or the request was
   * answered already.
   */
  answer(exchange: Exchange, answer: Answer, close: boolean): void {
    if (exchange !== this.#exchange || this.#isOver) return;
    let bytes = 0;
    for (const part of answer.body) bytes += part.length;
    const closes = close || answer.close === true || !exchange.keepsAlive || this.#waitsToContinue;
    const head = answerHead(exchange, answer, bytes, closes);
    const isTaken = this.#send(head, exchange.method === 'HEAD' ? NO_BODY : answer.body, bytes);
    if (closes) this.#finish();
    if (isTaken) this.#next(exchange);
  }

  /** Ends it where no request is under way. */
  closeIfIdle(): void {
    if (this.#exchange === undefined) this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Ends it once what was answered is sent. */
  destroySoon(): void {
    this.#socket.destroySoon();
  }

  /** Looks whether it has taken too long; to be called every few seconds. */
  checkTime(nowMs: number): void {
    if (this.#exchange !== undefined || this.#isBlocked || this.#isOver) return;
    const forMs = nowMs - this.#sinceMs;
    const { idleMs, headMs, stallMs } = this.#times;
    if (this.#body !== undefined) {
      if (forMs > stallMs) this.destroy();
    } else if (this.#pending.length > 0) {
      if (forMs > headMs) this.#fail(408);
    } else if (forMs > (this.#requests === 0 ? headMs : idleMs)) {
      this.destroy();
    }
  }

  #onData(chunk: Buffer): void {
    if (this.#isOver) return;
    if (this.#pending.length === 0) {
      if (this.#exchange === undefined) this.#sinceMs = performance.now();
      this.#pending = chunk;
    } else {
      this.#pending = Buffer.concat([this.#pending, chunk]);
    }
    this.#read();
  }

  /** Reads what came as far as it can be read now. */
  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#pending.length > 0 && !this.#isOver && !this.#isBlocked) {
      const { length } = this.#pending;
      if (this.#body !== undefined) this.#readBody(this.#body);
      else if (this.#exchange === undefined) this.#readHead();
      if (this.#pending.length === length) break;
    }
    this.#isReading = false;
    this.#pauseWhere(this.#pending.length > AHEAD_LIMIT_BYTES);
    if (this.#hasEnded) this.#endInOrder();
  }

  #pauseWhere(isFull: boolean): void {
    if (isFull === this.#isPaused) return;
    this.#isPaused = isFull;
    if (isFull) this.#socket.pause();
    else this.#socket.resume();
  }

  #readBody(body: IncomingBody): void {
    this.#waitsToContinue = false;
    const end = body.push(this.#pending, 0);
    if (end === undefined) {
      this.#fail(400);
      return;
    }
    if (body.isWhole) this.#body = undefined;
    else this.#sinceMs = performance.now();
    this.#pending = this.#pending.subarray(end);
  }

  #readHead(): void {
    const pending = this.#pending;
    const start = behindEmptyLines(pending, 0);
    const read = start === pending.length ? undefined : this.#decoder.read(pending, start);
    if (read === undefined) {
      if (start > 0) this.#pending = pending.subarray(start);
      return;
    }
    if ('fault' in read) {
      this.#fail(STATUSES[read.fault]);
      return;
    }
    const { head, end } = read;
    this.#pending = end === pending.length ? NOTHING : pending.subarray(end);
    this.#sinceMs = performance.now();
    this.#requests++;
    const exchange = new Exchange(this, head, this.#sinceMs);
    this.#exchange = exchange;
    if (exchange.hasBody) {
      this.#body = new IncomingBody(head.fields.framing);
      const waits = head.fields.expectsContinue && !head.isHttp10;
      this.#waitsToContinue = waits && this.#pending.length === 0;
    }
    this.#handler.begin(exchange);
  }

  /** True where the caller takes it; otherwise the request is finished when it has. */
  #send(head: string, body: readonly Uint8Array[], bytes: number): boolean {
    const socket = this.#socket;
    let isTaken: boolean;
    if (body.length === 0 || bytes <= JOINED_LIMIT_BYTES) {
      let text = head;
      for (const part of body) text += oneCharacterPerByte(part);
      isTaken = socket.write(text, 'latin1');
    } else {
      socket.cork();
      isTaken = socket.write(head, 'latin1');
      for (const part of body) isTaken = socket.write(part);
      socket.uncork();
    }
    this.#isBlocked = !isTaken;
    if (!isTaken) socket.setTimeout(this.#times.stallMs);
    return isTaken;
  }

  /** The answer is gone out: on to the next request. */
  #next(exchange: Exchange): void {
    this.#exchange = undefined;
    this.#handler.finished(exchange);
    if (this.#pending.length === 0 && !this.#hasEnded) return;
    this.#sinceMs = performance.now();
    this.#read();
  }

  #onDrain(): void {
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    this.#socket.setTimeout(0);
    const exchange = this.#exchange;
    if (exchange !== undefined) this.#next(exchange);
  }

  #onEnd(): void {
    this.#hasEnded = true;
    this.#endInOrder();
  }

  /** The caller sends no more: what is not whole stays so, and behind what is there comes nothing. */
  #endInOrder(): void {
    if (this.#isOver || this.#isBlocked) return;
    const isAnswered = this.#exchange === undefined;
    if (this.#body !== undefined) {
      if (isAnswered) this.#finish();
      else this.#fail(400);
    } else if (isAnswered) {
      if (this.#pending.length > 0) this.#fail(400);
      else this.#finish();
    }
  }

  /** What came is no request, or took too long: says so, and ends. */
  #fail(status: HtmlStatus): void {
    const exchange = this.#exchange;
    this.#socket.write(faultPage(status), 'latin1');
    this.#finish();
    this.#body?.gone();
    this.#body = undefined;
    this.#exchange = undefined;
    if (exchange !== undefined) this.#handler.finished(exchange);
  }

  /** Ends this half behind what was sent; what still comes is passed over, for a reset would take the answer with it. */
  #finish(): void {
    this.#isOver = true;
    this.#pending = NOTHING;
    this.#socket.end();
    this.#pauseWhere(false);
  }

  /** All that was to be sent is. */
  #linger(): void {
    this.#onDrain();
    const linger = setTimeout(() => this.#socket.destroy(), this.#times.lingerMs);
    this.#socket.once('close', () => clearTimeout(linger));
  }

  #onClose(): void {
    this.#isOver = true;
    this.#body?.gone();
    this.#body = undefined;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange !== undefined) this.#handler.finished(exchange);
    this.#handler.gone(this);
  }
}

const NO_BODY: readonly Uint8Array[] = [];

function oneCharacterPerByte(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
