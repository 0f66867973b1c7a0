import { connect, type Socket } from 'node:net';
import { ByteWriter } from '@kvtwin/bytes';
import {
  type CacheEvent,
  type CounterEvent,
  type DecodeCounters,
  type ErrorMessage,
  encodeRequest,
  type MessageId,
  type OperationDefinition,
  type OperationName,
  operations,
  type PendingOperation,
  type ProtocolVersion,
  type ReplyMessage,
  type ReplyOf,
  type RequestHeader,
  type RequestHeaderInput,
  type RequestOf,
  ResponseDecoder,
  type Topology,
} from '@kvtwin/hotrod-protocol';

const CALL_LIMIT_MS = 30_000;

/** Where to connect, and what stands in each header unless a call says otherwise. */
export interface RawConnectionOptions {
  readonly port: number;
  readonly version: ProtocolVersion;
  readonly cacheName: string;
}

/** What a server answered. */
export interface RawReply<Name extends OperationName> {
  readonly status: number;
  readonly topology?: Topology;
  readonly reply: ReplyOf<(typeof operations)[Name]>;
}

/** The fields of a request, and perhaps more: a row of a table may hold those of several operations. */
export type RawRequest<Name extends OperationName> =
  | RequestOf<(typeof operations)[Name]>
  | Record<string, unknown>;

/** What the server said went wrong. */
export class ServerError extends Error {
  readonly status: number;

  constructor(message: ErrorMessage) {
    super(message.message);
    this.status = message.status;
  }
}

interface Waiting {
  settle(message: ReplyMessage | ErrorMessage): void;
  fail(error: Error): void;
}

/** The protocol package on a socket and nothing between: what a test sends is what goes out. */
export class RawConnection {
  readonly version: ProtocolVersion;
  /** Chunks that the socket handed over so far. */
  chunks = 0;
  /** What listeners of this connection were told so far, in order. */
  readonly events: CacheEvent[] = [];
  /** The same of counters. */
  readonly counterEvents: CounterEvent[] = [];
  readonly #cacheName: string;
  readonly #socket: Socket;
  readonly #pending = new Map<MessageId, PendingOperation>();
  readonly #waiting = new Map<MessageId, Waiting>();
  readonly #decoder: ResponseDecoder;
  #lastId = 100;

  constructor(socket: Socket, options: RawConnectionOptions) {
    this.version = options.version;
    this.#cacheName = options.cacheName;
    this.#socket = socket;
    this.#decoder = new ResponseDecoder({ pendingOf: (id) => this.#pending.get(id) });
    socket.on('data', (chunk) => this.#onChunk(chunk));
    socket.on('error', (error) => this.#failAll(error));
    socket.on('close', () => this.#failAll(new Error('the server closed the connection')));
  }

  get counters(): DecodeCounters {
    return this.#decoder.counters;
  }

  /** Sends one request and resolves with its reply; rejects with a ServerError where the server says no. */
  async call<Name extends OperationName>(
    name: Name,
    request: RawRequest<Name>,
    header: Partial<RequestHeader> = {},
  ): Promise<RawReply<Name>> {
    const operation = operations[name] as OperationDefinition;
    const full = requestHeader({
      messageId: ++this.#lastId,
      version: this.version,
      cacheName: this.#cacheName,
      ...header,
    });
    const writer = new ByteWriter();
    encodeRequest(writer, operation, full, request);
    this.#pending.set(full.messageId, {
      operation,
      version: full.version,
      intelligence: full.intelligence ?? 1,
    });
    const message = await this.#send(full.messageId, writer.take());
    if (message.kind === 'error') {
      throw new ServerError(message);
    }
    return {
      status: message.status,
      topology: message.topology,
      reply: message.reply as RawReply<Name>['reply'],
    };
  }

  /** Sends bytes that are no known request and resolves with the error that the server answers. */
  async sendUnanswerable(bytes: Uint8Array): Promise<ErrorMessage> {
    const message = await this.#send(bytes[1]!, bytes);
    if (message.kind !== 'error') {
      throw new Error('the server took it for a request');
    }
    return message;
  }

  async close(): Promise<void> {
    if (!this.#socket.closed) {
      await new Promise<void>((resolve) => {
        this.#socket.once('close', () => resolve());
        this.#socket.destroy();
      });
    }
  }

  #send(messageId: MessageId, bytes: Uint8Array): Promise<ReplyMessage | ErrorMessage> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => waiting.fail(new Error(`#${messageId} got no answer`)), CALL_LIMIT_MS);
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(messageId);
        this.#pending.delete(messageId);
      };
      const waiting: Waiting = {
        settle: (message) => {
          done();
          resolve(message);
        },
        fail: (error) => {
          done();
          reject(error);
        },
      };
      this.#waiting.set(messageId, waiting);
      this.#socket.write(bytes);
    });
  }

  #onChunk(chunk: Uint8Array): void {
    this.chunks++;
    try {
      this.#decoder.push(chunk);
      for (let message = this.#decoder.next(); message !== undefined; message = this.#decoder.next()) {
        if (message.kind === 'event') {
          this.events.push(message.event);
        } else if (message.kind === 'counter-event') {
          this.counterEvents.push(message.event);
        } else {
          this.#waiting.get(message.messageId)?.settle(message);
        }
      }
    } catch (error) {
      this.#failAll(error as Error);
      this.#socket.destroy();
    }
  }

  #failAll(error: Error): void {
    for (const waiting of [...this.#waiting.values()]) {
      waiting.fail(error);
    }
  }
}

/** A header with everything that a client without knowledge says. */
export function requestHeader(header: RequestHeaderInput): RequestHeaderInput {
  return { flags: 0, intelligence: 1, topologyId: -1, ...header };
}

/** Connects; resolves once the socket is open. */
export function openRawConnection(options: RawConnectionOptions): Promise<RawConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: options.port, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(new RawConnection(socket, options));
    });
  });
}
