import type { Socket } from 'node:net';
import { SIZES } from './workload.js';

/*
 *   A0  vLong id  u8 version  u8 opcode  string cache  vInt flags  u8 intelligence  vInt topology
 *       from 2.8: two media types        from 4.0: vInt parameters        then the body
 */
const PUT = 0x01;
const GET = 0x03;
const PING = 0x17;
const GET_WITH_METADATA = 0x1b;
const GET_ALL = 0x2f;
const ITERATION_START = 0x31;
const ITERATION_NEXT = 0x33;
const ITERATION_END = 0x35;
const REQUEST_MAGIC = 0xa0;
const REPLY_MAGIC = 0xa1;
const ITERATION_ENTRIES = 20_000;
const OUT_BYTES = 64 * 1024;

const sizes = Object.values(SIZES);
const values = Buffer.alloc(Math.max(...sizes.map(({ bytes }) => bytes)), 'v');
const bytesOfLetter = new Map(sizes.map(({ letter, bytes }) => [letter.charCodeAt(0), bytes]));
/** No media types, serves 4.1, four opcodes. */
const pingTail = Buffer.from('00002904000100030017001b', 'hex');
const metadata = Buffer.from('030000000100000002', 'hex');

class NeedMore extends Error {}

/** One connection of the server that answers like native/constant-server.c. */
export class StubConnection {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #at = 0;
  #out = Buffer.allocUnsafe(OUT_BYTES);
  #length = 0;
  #batch = 0;
  #entriesLeft = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', () => socket.destroy());
  }

  #onData(chunk: Buffer): void {
    this.#chunks.push(chunk);
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    let done = 0;
    this.#at = 0;
    try {
      while (this.#at < bytes.length) {
        this.#answer(bytes);
        done = this.#at;
      }
    } catch (error) {
      if (!(error instanceof NeedMore)) {
        this.#socket.destroy(error as Error);
        return;
      }
    }
    this.#chunks = done === bytes.length ? [] : [bytes.subarray(done)];
    this.#flush();
  }

  #answer(bytes: Buffer): void {
    if (this.#byte(bytes) !== REQUEST_MAGIC) throw new Error(`no request at offset ${this.#at - 1}`);
    const idAt = this.#at;
    this.#number(bytes);
    const idEnd = this.#at;
    const version = this.#byte(bytes);
    const opcode = this.#byte(bytes);
    this.#skipHeader(bytes, version);
    const body = this.#at;
    this.#skipBody(bytes, opcode);
    const end = this.#at;
    this.#put(Buffer.of(REPLY_MAGIC));
    this.#put(bytes.subarray(idAt, idEnd));
    this.#put(Buffer.of(opcode + 1, 0, 0));
    this.#at = body;
    this.#putReply(bytes, opcode, version);
    this.#at = end;
  }

  #skipHeader(bytes: Buffer, version: number): void {
    this.#skip(bytes, this.#number(bytes));
    this.#number(bytes);
    this.#skip(bytes, 1);
    this.#number(bytes);
    if (version >= 28) {
      this.#skipMediaType(bytes);
      this.#skipMediaType(bytes);
    }
    if (version >= 40 && this.#number(bytes) > 0) throw new Error('header parameters are not read here');
  }

  /** `00` | `01` vInt id | `02` string name; then vInt parameters */
  #skipMediaType(bytes: Buffer): void {
    const definition = this.#byte(bytes);
    if (definition === 0) return;
    const number = this.#number(bytes);
    if (definition === 2) this.#skip(bytes, number);
    for (let left = 2 * this.#number(bytes); left > 0; left--) this.#skip(bytes, this.#number(bytes));
  }

  #skipBody(bytes: Buffer, opcode: number): void {
    switch (opcode) {
      case PING:
        return;
      case PUT: {
        this.#skip(bytes, this.#number(bytes));
        const units = this.#byte(bytes);
        for (const unit of [units >> 4, units & 0x0f]) if (unit < 7) this.#number(bytes);
        this.#skip(bytes, this.#number(bytes));
        return;
      }
      case GET_ALL:
        for (let left = this.#number(bytes); left > 0; left--) this.#skip(bytes, this.#number(bytes));
        return;
      case ITERATION_START: {
        const segments = this.#number(bytes);
        if (segments !== 1) this.#skip(bytes, segments >> 1);
        if (this.#number(bytes) !== 1) throw new Error('filters are not read here');
        this.#batch = this.#number(bytes);
        this.#skip(bytes, 1);
        this.#entriesLeft = ITERATION_ENTRIES;
        return;
      }
      case GET:
      case GET_WITH_METADATA:
      case ITERATION_NEXT:
      case ITERATION_END:
        this.#skip(bytes, this.#number(bytes));
        return;
      default:
        throw new Error(`opcode ${opcode} is not answered here`);
    }
  }

  #putReply(bytes: Buffer, opcode: number, version: number): void {
    if (opcode === PING) this.#put(pingTail.subarray(0, version >= 30 ? pingTail.length : 2));
    if (opcode === GET_WITH_METADATA) this.#put(metadata);
    if (opcode === GET || opcode === GET_WITH_METADATA) {
      this.#number(bytes);
      this.#putValue(bytesOfLetter.get(bytes[this.#at]!) ?? 100);
    }
    if (opcode === GET_ALL) {
      const count = this.#number(bytes);
      this.#putNumber(count);
      for (let left = count; left > 0; left--) {
        const length = this.#number(bytes);
        this.#putNumber(length);
        this.#put(bytes.subarray(this.#at, this.#at + length));
        this.#at += length;
        this.#putValue(100);
      }
    }
    if (opcode === ITERATION_START) this.#put(Buffer.from('\u00010', 'latin1'));
    if (opcode === ITERATION_NEXT) this.#putBatch();
  }

  #putBatch(): void {
    const count = Math.min(this.#batch, this.#entriesLeft);
    this.#putNumber(0);
    this.#putNumber(count);
    if (count > 0) this.#putNumber(1);
    for (let left = count; left > 0; left--) {
      this.#put(Buffer.from(`\0\u0010a-bench-${String(this.#entriesLeft--).padStart(8, '0')}`, 'latin1'));
      this.#putValue(100);
    }
  }

  #putValue(length: number): void {
    this.#putNumber(length);
    const value = values.subarray(0, length);
    if (length < OUT_BYTES) {
      this.#put(value);
    } else {
      this.#flush();
      this.#socket.write(value);
    }
  }

  #putNumber(number: number): void {
    const groups: number[] = [];
    let rest = number;
    for (; rest >= 0x80; rest >>>= 7) groups.push((rest & 0x7f) | 0x80);
    this.#put(Buffer.of(...groups, rest));
  }

  #put(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#out.length) this.#flush();
    this.#out.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #flush(): void {
    if (this.#length === 0) return;
    this.#socket.write(this.#out.subarray(0, this.#length));
    this.#out = Buffer.allocUnsafe(OUT_BYTES);
    this.#length = 0;
  }

  #byte(bytes: Buffer): number {
    if (this.#at >= bytes.length) throw new NeedMore();
    return bytes[this.#at++]!;
  }

  #skip(bytes: Buffer, count: number): void {
    this.#at += count;
    if (this.#at > bytes.length) throw new NeedMore();
  }

  #number(bytes: Buffer): number {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#byte(bytes);
      number |= (byte & 0x7f) << shift;
      if (byte < 0x80) return number >>> 0;
    }
  }
}
