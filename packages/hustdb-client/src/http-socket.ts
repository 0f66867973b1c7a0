import { connect, type Socket } from 'node:net';
import { debuglog } from 'node:util';
import { HttpReplyDecoder } from './http-reply-decoder.js';
import type { PendingExchange } from './pending-exchange.js';
import { ConnectTimeout } from './transport-error.js';

const debug = debuglog('hustdb');

/** Below what both servers allow on a connection (32,768 and 81,920), so that none is closed under a request. */
const MAX_REQUESTS = 30_000;
/** undici's: longer than any network takes, and callers have time limits of their own. */
const CONNECT_TIMEOUT_MS = 10_000;
const READ_BYTES = 65_536;

/**
 * All connections read into this: each read is handled, and what must be kept is copied, before the next one. A Uint8Array,
 * for a Buffer's slices would not be copies.
 */
const readBuffer = new Uint8Array(READ_BYTES);

/** Where a connection goes, and what it needs to say in each request. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
  /** `Host`, `Connection` and, if there are credentials, `Authorization`: the same lines in every request, each with its CRLF. */
  readonly headerLines: string;
  readonly maxReplyBytes: number;
}

/** Hears what becomes of a connection. */
export interface HttpSocketOwner {
  /** It can take a request: it is connected, or its last reply is whole. */
  ready(socket: HttpSocket): void;
  /** A reply is whole, and others are still due. */
  answered(socket: HttpSocket): void;
  /** It is gone; `cause`, where it had not been connected yet and no request was on it. Comes once, at last. */
  gone(socket: HttpSocket, cause: Error | undefined): void;
}

/**
 * One connection, one request on it at a time, or several reads, which are answered in their order. Whatever leaves a doubt about
 * where the next reply would begin drops it: bytes that were not asked for, a reply that came before its request was sent whole, an
 * answer that closes it.
 */
export class HttpSocket {
  /** When it was put by, in the owner's own units. */
  idleSince = 0;
  readonly #socket: Socket;
  readonly #address: HttpAddress;
  readonly #owner: HttpSocketOwner;
  readonly #decoder: HttpReplyDecoder;
  /** The requests on it, oldest first. */
  readonly exchanges: PendingExchange[] = [];
  /** Requests that are written together at the end of this turn of the event loop. */
  #unwritten = '';
  #unwrittenCount = 0;
  #connected = false;
  #requests = 0;
  /** It takes no more requests. */
  #isEnding = false;
  #error: Error | undefined;

  constructor(address: HttpAddress, owner: HttpSocketOwner) {
    this.#address = address;
    this.#owner = owner;
    this.#decoder = new HttpReplyDecoder(address.maxReplyBytes);
    this.#socket = connect({
      host: address.host,
      port: address.port,
      noDelay: true,
      onread: { buffer: readBuffer, callback: (length, bytes) => this.#read(length, bytes) },
    });
    this.#socket.setTimeout(CONNECT_TIMEOUT_MS, () => this.#socket.destroy(new ConnectTimeout()));
    this.#socket
      .on('connect', () => this.#onConnect())
      .on('end', () => this.#onEnd())
      .on('error', (error) => {
        this.#error = error;
      })
      .on('close', () => this.#onClose());
  }

  /** Whether it can take a request; false from the moment on when its end is seen. */
  get isUsable(): boolean {
    return this.#connected && !this.#socket.destroyed;
  }

  /** Whether no request was on it yet. */
  get isFresh(): boolean {
    return this.#requests === 0;
  }

  /** Whether a read may follow those that are on it. */
  takesMore(depth: number): boolean {
    const { exchanges } = this;
    return (
      exchanges.length > 0 &&
      exchanges.length < depth &&
      this.isUsable &&
      !this.#isEnding &&
      this.#requests < MAX_REQUESTS &&
      exchanges[0]!.isPlainRead
    );
  }

  /** Sends a request; only reads may be on the connection when another read is sent. */
  send(exchange: PendingExchange): void {
    const { method, target, headers, body } = exchange.request;
    this.exchanges.push(exchange);
    this.#requests++;
    exchange.progress = 'sent';
    exchange.drop = this.destroy;
    let head = `${method} ${target} HTTP/1.1\r\n${this.#address.headerLines}`;
    for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
    const socket = this.#socket;
    if (body === undefined) {
      this.#write(`${head}\r\n`);
      return;
    }
    socket.cork();
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n`, 'latin1');
    socket.write(body);
    socket.uncork();
  }

  /** The first at once; those behind it with whatever else comes in before the next look at the sockets. */
  #write(text: string): void {
    if (this.exchanges.length === 1) {
      this.#socket.write(text, 'latin1');
      return;
    }
    if (this.#unwrittenCount++ === 0) setImmediate(this.#flush);
    this.#unwritten += text;
  }

  readonly #flush = (): void => {
    const text = this.#unwritten;
    this.#unwritten = '';
    this.#unwrittenCount = 0;
    if (!this.#socket.destroyed) this.#socket.write(text, 'latin1');
  };

  /** While it waits for a request it keeps no process alive. */
  rest(): void {
    this.#socket.unref();
  }

  wake(): void {
    this.#socket.ref();
  }

  /** Ends it at once. A request on it is broken. */
  readonly destroy = (): void => {
    this.#socket.destroy();
  };

  #onConnect(): void {
    this.#connected = true;
    this.#socket.setTimeout(0);
    debug('%s:%d: connected', this.#address.host, this.#address.port);
    this.#owner.ready(this);
  }

  /** True: go on reading. */
  #read(length: number, bytes: Uint8Array): boolean {
    let at = 0;
    do {
      const [exchange] = this.exchanges;
      if (
        exchange === undefined ||
        this.exchanges.length === this.#unwrittenCount ||
        this.#socket.destroyed
      ) {
        // Nothing was asked.
        this.destroy();
        return false;
      }
      try {
        at = this.#decoder.push(bytes, length, at);
      } catch (error) {
        exchange.misread(error);
        this.destroy();
        return false;
      }
      if (this.#decoder.isTooLong) {
        exchange.tooLong();
        return true;
      }
      if (this.#decoder.isWhole) this.#complete(exchange, at === length);
      else this.#goOn(exchange);
    } while (at < length);
    return true;
  }

  #goOn(exchange: PendingExchange): void {
    const { status } = this.#decoder;
    if (status === undefined) return;
    exchange.progress = 'replying';
    if (exchange.dropsUnlessOk && status !== 200) this.#refuseBody(exchange, status);
  }

  /** The head says it all, and its body may never come. */
  #refuseBody(exchange: PendingExchange, status: number): void {
    const headers = this.#decoder.headers.filter(([name]) => name.toLowerCase() !== 'content-length');
    exchange.succeed({ status, headers, body: new Uint8Array(0) });
    this.destroy();
  }

  #complete(exchange: PendingExchange, nothingBehind: boolean): void {
    const reply = this.#decoder.take();
    const { exchanges } = this;
    exchanges.shift();
    const isLast = exchanges.length === 0;
    const isUsable =
      reply.keepAlive &&
      (isLast ? nothingBehind && this.#socket.writableLength === 0 : true) &&
      !(exchange.dropsUnlessOk && reply.status !== 200);
    if (!isUsable) this.#isEnding = true;
    exchange.drop = undefined;
    exchange.succeed(reply);
    if (!isUsable || (exchanges.length === 0 && this.#requests >= MAX_REQUESTS)) this.destroy();
    else if (exchanges.length === 0) this.#owner.ready(this);
    else this.#owner.answered(this);
  }

  /** The server has said all that it will say. */
  #onEnd(): void {
    const [exchange] = this.exchanges;
    if (exchange !== undefined && !this.#decoder.isTooLong && this.#decoder.end())
      this.#complete(exchange, false);
    this.destroy();
  }

  #onClose(): void {
    const exchanges = this.exchanges.splice(0);
    const error = this.#error ?? new Error('the server closed the connection');
    debug('%s:%d: %s', this.#address.host, this.#address.port, error.message);
    this.#owner.gone(this, this.#connected ? undefined : error);
    for (const exchange of exchanges) exchange.broken(error);
  }
}
