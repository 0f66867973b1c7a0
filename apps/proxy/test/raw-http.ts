import { connect, type Socket } from 'node:net';

/** One answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly statusLine: string;
  /** In wire order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Head and body, byte for byte. */
  readonly bytes: Buffer;
}

/** The value of a header, whatever its case; undefined where it is missing. */
export function header(answer: RawAnswer, name: string): string | undefined {
  return answer.headers.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
}

/** A TCP connection that sends raw bytes and reads whole answers: what an HTTP client would tidy up stays visible. */
export class RawHttp {
  readonly #socket: Socket;
  #buffer: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#wake?.();
    });
    const ended = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on('close', ended).on('end', ended).on('error', ended);
  }

  static open(port: number): Promise<RawHttp> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new RawHttp(socket)));
      socket.once('error', reject);
    });
  }

  send(bytes: string | Uint8Array): void {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Says that nothing more comes from this side, and goes on reading. */
  finish(): void {
    this.#socket.end();
  }

  /** The next answer; undefined when the connection ends without another byte. 100 Continue is passed over. */
  async answer(options: { readonly head?: boolean } = {}): Promise<RawAnswer | undefined> {
    for (;;) {
      const parsed = this.#take(options.head === true);
      if (parsed !== undefined && parsed.status !== 100) return parsed;
      if (parsed !== undefined) continue;
      if (this.#ended) {
        if (this.#buffer.length > 0)
          throw new Error(`the connection ended within an answer: ${this.#buffer}`);
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Resolves once the other end has closed. */
  async ended(): Promise<void> {
    while (!this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(head: boolean): RawAnswer | undefined {
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [statusLine = '', ...lines] = this.#buffer.toString('latin1', 0, end).split('\r\n');
    const headers = lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    });
    const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? '0';
    const status = Number(statusLine.split(' ')[1]);
    const total = end + 4 + (head || status === 100 ? 0 : Number(length));
    if (this.#buffer.length < total) return undefined;
    const bytes = this.#buffer.subarray(0, total);
    this.#buffer = this.#buffer.subarray(total);
    return { status, statusLine, headers, body: bytes.subarray(end + 4), bytes };
  }
}

/** One request on a connection of its own. */
export async function ask(
  port: number,
  request: string | Uint8Array,
  options: { readonly head?: boolean } = {},
): Promise<RawAnswer | undefined> {
  const connection = await RawHttp.open(port);
  try {
    connection.send(request);
    return await connection.answer(options);
  } finally {
    connection.close();
  }
}

/** A GET of `target`, or the same with another method. */
export function get(target: string, headers: readonly string[] = [], method = 'GET'): string {
  return `${[`${method} ${target} HTTP/1.1`, 'Host: proxy', ...headers].join('\r\n')}\r\n\r\n`;
}

/** A POST of `target` with a body. */
export function post(target: string, body: string | Uint8Array, headers: readonly string[] = []): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const head = `${[`POST ${target} HTTP/1.1`, 'Host: proxy', `Content-Length: ${bytes.length}`, ...headers].join('\r\n')}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
}
