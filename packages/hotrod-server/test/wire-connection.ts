import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ByteWriter } from '@kvtwin/bytes';
import {
  encodeRequest,
  type OperationDefinition,
  type PendingOperation,
  type ReplyOf,
  type RequestHeader,
  type RequestOf,
  ResponseDecoder,
  type ResponseMessage,
} from '@kvtwin/hotrod-protocol';

/** A header for a test: message id and version are filled in where they are not given. */
export type TestHeader = Partial<RequestHeader>;

/**
 * A bare connection to a server under test: sends any bytes, and hands out what comes back, decoded, in order.
 * No retries, no time limits: a test that waits for ever fails by vitest's own.
 */
export class WireConnection implements AsyncDisposable {
  readonly socket: Socket;
  /** Resolves when the connection is closed, with everything received. */
  readonly closed: Promise<void>;
  bytesReceived = 0;
  readonly #pending = new Map<string, PendingOperation>();
  readonly #decoder: ResponseDecoder;
  readonly #messages: ResponseMessage[] = [];
  #waiting: (() => void)[] = [];
  #lastId = 0;
  #isClosed = false;

  static async open(port: number): Promise<WireConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new WireConnection(socket);
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    this.#decoder = new ResponseDecoder({
      pendingOf: (messageId) => this.#pending.get(String(messageId)),
    });
    socket.on('data', (chunk) => this.#receive(chunk));
    // A reset is a close like any other here.
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      });
    });
  }

  /** Lets the decoder know what a message id belongs to that is sent as raw bytes. */
  expect(messageId: number | bigint, pending: PendingOperation): void {
    this.#pending.set(String(messageId), pending);
  }

  /** The bytes of a request; the id counts up from 1 unless the header has one. */
  encode<D extends OperationDefinition>(operation: D, header: TestHeader, request: RequestOf<D>): Uint8Array {
    const messageId = header.messageId ?? ++this.#lastId;
    const full = { version: '4.1', ...header, messageId } as const;
    this.expect(messageId, {
      operation,
      version: full.version,
      intelligence: header.intelligence ?? 1,
    });
    const writer = new ByteWriter();
    encodeRequest(writer, operation, full, request, { anyVersion: true });
    return writer.take();
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Sends a request and waits for the next message. */
  async ask<D extends OperationDefinition>(
    operation: D,
    header: TestHeader,
    request: RequestOf<D>,
  ): Promise<ResponseMessage> {
    this.send(this.encode(operation, header, request));
    return this.next();
  }

  /** Like {@link ask}, for a reply that is no error. */
  async reply<D extends OperationDefinition>(
    operation: D,
    header: TestHeader,
    request: RequestOf<D>,
  ): Promise<ReplyOf<D>> {
    const message = await this.ask(operation, header, request);
    if (message.kind !== 'reply') {
      throw new Error(`${operation.name} was answered with ${JSON.stringify(message, textOfBigints)}`);
    }
    return message.reply as ReplyOf<D>;
  }

  /** The next message; throws when the connection closes before it comes. */
  async next(): Promise<ResponseMessage> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) {
        return message;
      }
      if (this.#isClosed) {
        throw new Error('the server closed the connection');
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** What was received and not yet asked for. */
  get unread(): readonly ResponseMessage[] {
    return this.#messages;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  #receive(chunk: Uint8Array): void {
    this.bytesReceived += chunk.length;
    this.#decoder.push(chunk);
    for (let message = this.#decoder.next(); message !== undefined; message = this.#decoder.next()) {
      this.#messages.push(message);
    }
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) {
      resolve();
    }
  }
}

function textOfBigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}
