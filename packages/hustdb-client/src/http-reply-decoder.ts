import { copyBytes } from '@kvtwin/bytes';
import {
  type BodyFraming,
  bodyFraming,
  ChunkedDecoder,
  type HeaderList,
  HustDbProtocolError,
  headerValue,
  parseHeaderLines,
} from '@kvtwin/hustdb-protocol';

/** A reply as it came, and whether its connection can take another request. */
export interface DecodedReply {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  readonly keepAlive: boolean;
}

/** What a head says. */
interface Head {
  readonly status: number;
  readonly headers: HeaderList;
  readonly framing: Exclude<BodyFraming, 'contradictory'>;
  readonly keepAlive: boolean;
}

type Stage = 'head' | 'length' | 'chunks' | 'until-end' | 'whole';

const HEAD_END = Buffer.from('\r\n\r\n');
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: [\t\x20-\x7e\x80-\xff]*)?\r\n/;
/** nginx and libevhtp stay below 1 KiB; undici and raw replies are read up to here too. */
const MAX_HEAD_BYTES = 65_536;
/** Memory for a longer body grows as it comes: a length that is only announced costs nothing. */
const FIRST_PIECE_BYTES = 65_536;

const NOTHING = new Uint8Array(0);

/**
 * Reads the HTTP/1.x replies of one connection as their bytes come, one at a time, strictly: what could be read in two ways
 * is refused. Interim replies (1xx) are passed over. Heads that equal the one before are not read again.
 *
 *     status line CRLF | (name: value CRLF)* | CRLF | body: Content-Length bytes, chunks, or all up to the end
 */
export class HttpReplyDecoder {
  readonly #maxBodyBytes: number;
  #stage: Stage = 'head';
  /** A head that is not whole yet. */
  #begun: Buffer = HEAD_END.subarray(0, 0);
  #begunLength = 0;
  #headText = '';
  #head: Head = { status: 0, headers: [], framing: 0, keepAlive: false };
  #body: Uint8Array = NOTHING;
  #length = 0;
  #chunks: ChunkedDecoder | undefined;
  #view: Buffer = HEAD_END;

  constructor(maxBodyBytes: number) {
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** The status, once the reply's head has come. */
  get status(): number | undefined {
    return this.#stage === 'head' ? undefined : this.#head.status;
  }

  get headers(): HeaderList {
    return this.#head.headers;
  }

  get isWhole(): boolean {
    return this.#stage === 'whole';
  }

  /** Whether its body is longer than it may be; what comes of it is not kept. */
  get isTooLong(): boolean {
    return this.#length > this.#maxBodyBytes;
  }

  /**
   * Takes bytes from `from` up to `to`; answers the offset behind those that belong to the reply: below `to` only where it is whole.
   * Throws a HustDbProtocolError for what is no reply; the connection is of no use then. Keeps nothing of `bytes`.
   */
  push(bytes: Uint8Array, to: number, from = 0): number {
    let at = from;
    while (at < to && this.#stage !== 'whole') at = this.#step(bytes, at, to);
    return at;
  }

  /** The connection ended in good order, which is how a reply without a length ends. True where it is whole now. */
  end(): boolean {
    if (this.#stage === 'until-end') this.#stage = 'whole';
    return this.#stage === 'whole';
  }

  /** Hands over the reply, which is whole, and begins anew. */
  take(): DecodedReply {
    const { status, headers, keepAlive } = this.#head;
    const body = this.#length === this.#body.length ? this.#body : this.#body.slice(0, this.#length);
    this.#body = NOTHING;
    this.#length = 0;
    this.#stage = 'head';
    return { status, headers, body, keepAlive };
  }

  #step(bytes: Uint8Array, at: number, to: number): number {
    switch (this.#stage) {
      case 'head':
        return this.#readHead(bytes, at, to);
      case 'length':
        return this.#readLength(bytes, at, to);
      case 'chunks':
        return this.#readChunks(bytes, at, to);
      default:
        this.#keep(bytes.subarray(at, to), Number.POSITIVE_INFINITY);
        return to;
    }
  }

  #readHead(bytes: Uint8Array, at: number, to: number): number {
    const view = this.#viewOf(bytes);
    if (this.#begunLength > 0) return this.#readRestOfHead(view, at, to);
    const end = view.indexOf(HEAD_END, at);
    if (end < 0 || end + HEAD_END.length > to) {
      this.#hold(view, at, to);
      return to;
    }
    this.#begin(view.toString('latin1', at, end + 2));
    return end + HEAD_END.length;
  }

  /** Buffer's searches on bytes that are none, without a new view for each piece. */
  #viewOf(bytes: Uint8Array): Buffer {
    const view = this.#view;
    const { buffer, byteOffset, length } = bytes;
    if (view.buffer !== buffer || view.byteOffset !== byteOffset || view.length !== length) {
      this.#view = Buffer.from(buffer, byteOffset, length);
    }
    return this.#view;
  }

  #readRestOfHead(view: Buffer, at: number, to: number): number {
    const before = this.#begunLength;
    this.#hold(view, at, to);
    const begun = this.#begun.subarray(0, this.#begunLength);
    const end = begun.indexOf(HEAD_END, Math.max(0, before - HEAD_END.length + 1));
    if (end < 0) return to;
    this.#begunLength = 0;
    this.#begin(begun.toString('latin1', 0, end + 2));
    return at + end + HEAD_END.length - before;
  }

  #hold(view: Buffer, at: number, to: number): void {
    const length = this.#begunLength + to - at;
    if (length > this.#begun.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, 2 * this.#begun.length));
      this.#begun.copy(grown, 0, 0, this.#begunLength);
      this.#begun = grown;
    }
    view.copy(this.#begun, this.#begunLength, at, to);
    this.#begunLength = length;
    if (!'HTTP/1.'.startsWith(this.#begun.toString('latin1', 0, Math.min(length, 7))))
      throw noReply(this.#begun);
    if (length > MAX_HEAD_BYTES && !this.#begun.subarray(0, MAX_HEAD_BYTES).includes(HEAD_END)) {
      throw malformed(`the reply's head does not end within ${MAX_HEAD_BYTES} bytes`);
    }
  }

  /** `text`: a head without the empty line. */
  #begin(text: string): void {
    if (text !== this.#headText) {
      this.#head = parseHead(text);
      this.#headText = text;
    }
    const { status, framing } = this.#head;
    if (status < 200) return;
    if (framing === 'none') this.#stage = 'until-end';
    else if (framing === 'chunked') this.#beginChunks();
    else {
      this.#stage = framing === 0 ? 'whole' : 'length';
      if (framing > this.#maxBodyBytes) this.#length = framing;
    }
  }

  #beginChunks(): void {
    this.#stage = 'chunks';
    this.#chunks = new ChunkedDecoder((bytes) => this.#keep(bytes, Number.POSITIVE_INFINITY));
  }

  #readLength(bytes: Uint8Array, at: number, to: number): number {
    if (this.isTooLong) return to;
    const due = this.#head.framing as number;
    if (this.#length === 0 && to - at >= due) {
      this.#body = copyBytes(bytes, at, at + due);
      this.#length = due;
      this.#stage = 'whole';
      return at + due;
    }
    const end = Math.min(to, at + due - this.#length);
    this.#keep(bytes.subarray(at, end), due - this.#length);
    if (this.#length === due) this.#stage = 'whole';
    return end;
  }

  #readChunks(bytes: Uint8Array, at: number, to: number): number {
    const end = this.#chunks!.push(bytes, at, to);
    if (end === undefined) throw malformed('the chunks of the reply are none');
    if (this.#chunks!.done) this.#stage = 'whole';
    return end;
  }

  /** `due`: how many bytes will come at most, these included. */
  #keep(bytes: Uint8Array, due: number): void {
    const length = this.#length + bytes.length;
    if (length <= this.#maxBodyBytes) {
      if (length > this.#body.length) this.#grow(length, this.#length + due);
      this.#body.set(bytes, this.#length);
    }
    this.#length = length;
  }

  #grow(least: number, most: number): void {
    const doubled = Math.max(FIRST_PIECE_BYTES, 2 * this.#body.length);
    const grown = new Uint8Array(Math.max(least, Math.min(most, doubled)));
    grown.set(this.#body.subarray(0, this.#length));
    this.#body = grown;
  }
}

function parseHead(text: string): Head {
  const line = STATUS_LINE.exec(text);
  if (line === null) throw noReply(Buffer.from(text.slice(0, 60), 'latin1'));
  const status = Number(line[2]);
  const headers = parseHeaderLines(text.slice(line[0].length));
  if (headers === undefined) throw malformed('a header line of the reply is none');
  // The only interim reply that does more than announce another: what follows it is no HTTP.
  if (status < 100 || status === 101) throw malformed(`${status} is no status that was asked for`);
  const framing = status === 204 || status === 304 ? 0 : bodyFraming(headers);
  if (framing === 'contradictory') {
    throw malformed('Content-Length and Transfer-Encoding of the reply contradict each other, or are none');
  }
  const said = headerValue(headers, 'connection')?.toLowerCase() ?? '';
  const keepAlive = line[1] === '1' ? !/\bclose\b/.test(said) : /\bkeep-alive\b/.test(said);
  return { status, headers, framing, keepAlive: keepAlive && framing !== 'none' };
}

function noReply(begun: Buffer): HustDbProtocolError {
  return malformed(`no HTTP status line: ${JSON.stringify(begun.toString('latin1', 0, 60))}`);
}

function malformed(message: string): HustDbProtocolError {
  return new HustDbProtocolError(message, { code: 'HUSTDB_MALFORMED_REPLY' });
}
