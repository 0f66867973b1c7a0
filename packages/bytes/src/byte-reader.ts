import { BytesError, type BytesErrorCode } from './bytes-error.js';
import { copyBytes } from './copy-bytes.js';
import { toHex } from './hex.js';
import { MoreBytesNeeded } from './more-bytes-needed.js';
import { MAX_WIRE_LENGTH, type ReadLimits, readLimits } from './read-limits.js';
import { decodeUtf8 } from './utf8.js';
import { decodeZigZag } from './zig-zag.js';

const EMPTY = new Uint8Array(0);
const TWO_28 = 0x1000_0000;

/** A byte array of which a part has arrived. */
interface Gathering {
  readonly target: Uint8Array;
  filled: number;
}

/**
 * Reads fields from chunks that arrive split anywhere.
 *
 * ```
 *   pushed chunks:  [ … a0 01 | 1e ][ 03 6b ][ 31 … ]
 *                           at ↑  ↑ end of the current chunk; the rest is queued
 * ```
 *
 * A field is read whole or not at all: where bytes are missing the method throws {@link MoreBytesNeeded} and `missing`
 * says how many more must come before another attempt can succeed. The exception is a byte array: what has arrived of it
 * is moved to its place at once, later chunks go there directly, and the same method called again goes on, so that each
 * byte is copied once however small the chunks are. Chunks are kept by reference until they are read; see `detach()`.
 */
export class ByteReader {
  private chunk: Uint8Array = EMPTY;
  private at = 0;
  private queue: Uint8Array[] = [];
  private queueHead = 0;
  private queued = 0;
  /** Absolute offset of `chunk[0]`. */
  private base = 0;
  private gathering: Gathering | undefined;
  private stopAt = Number.POSITIVE_INFINITY;
  private readonly maxArrayBytes: number;
  /** Most elements that a list may have. */
  readonly maxCount: number;

  /** Bytes that must be pushed before the last field can be read; 0 when nothing is awaited. */
  missing = 0;
  /** Bytes of arrays and strings copied so far, each counted once per copy. */
  bytesCopied = 0;

  constructor(limits: Partial<ReadLimits> = {}) {
    const { maxArrayBytes, maxCount } = readLimits(limits);
    this.maxArrayBytes = maxArrayBytes;
    this.maxCount = maxCount;
  }

  /** Absolute offset in the stream of the next byte to read. Bytes of an unfinished array count as read. */
  get position(): number {
    return this.base + this.at;
  }

  /** Bytes pushed and not yet read. */
  get available(): number {
    return this.chunk.length - this.at + this.queued;
  }

  /** Adds a chunk. It must not be changed until it is read or `detach()` was called. */
  push(chunk: Uint8Array): void {
    this.missing = Math.max(0, this.missing - chunk.length);
    const from =
      this.gathering === undefined || this.available > 0 ? 0 : this.gather(this.gathering, chunk, 0);
    this.base += from;
    if (from === chunk.length) {
      return;
    }
    const rest = plain(chunk, from);
    if (this.available === 0) {
      this.base += this.at;
      this.chunk = rest;
      this.at = 0;
    } else {
      this.queue.push(rest);
      this.queued += rest.length;
    }
  }

  /** Copies the bytes not yet read into memory of the reader, so that the memory pushed may be used again. */
  detach(): void {
    if (this.available > 0) {
      this.bytesCopied += this.available;
      this.chunk = this.chunk.slice(this.at);
      this.base += this.at;
      this.at = 0;
      for (let index = this.queueHead; index < this.queue.length; index++) {
        this.queue[index] = (this.queue[index] as Uint8Array).slice();
      }
    } else {
      this.base += this.at;
      this.chunk = EMPTY;
      this.at = 0;
    }
  }

  /** Absolute offset past which no field may reach, for instance the largest allowed end of a message. */
  stopBefore(offset: number): void {
    this.stopAt = offset;
  }

  /** Bytes that may still be read before the offset of `stopBefore()`. */
  get allowance(): number {
    return this.stopAt - this.position;
  }

  /** One byte, 0 to 255. */
  u8(): number {
    if (this.at < this.chunk.length) {
      return this.chunk[this.at++] as number;
    }
    this.need(1);
    return this.chunk[this.at++] as number;
  }

  /** One byte; anything but 0 is true. */
  bool(): boolean {
    return this.u8() !== 0;
  }

  /** Two bytes, unsigned. */
  u16(): number {
    this.need(2);
    return (this.next() << 8) | this.next();
  }

  /** Four bytes, signed. */
  i32(): number {
    this.need(4);
    return (this.next() << 24) | (this.next() << 16) | (this.next() << 8) | this.next();
  }

  /** Eight bytes, signed. */
  i64(): bigint {
    this.need(8);
    const high = this.i32();
    return (BigInt(high) << 32n) | BigInt(this.i32() >>> 0);
  }

  /** One to five bytes as an unsigned number, 0 to 2^32−1. Non-minimal forms are accepted, a sixth byte is not. */
  vInt(): number {
    const first = this.at < this.chunk.length ? (this.chunk[this.at] as number) : 0x80;
    if (first < 0x80) {
      this.at++;
      return first;
    }
    const width = this.varWidth(5, 'BYTES_MALFORMED_VINT');
    let value = 0;
    for (let index = 0; index < width; index++) {
      value |= (this.next() & 0x7f) << (7 * index);
    }
    return value >>> 0;
  }

  /** A vInt as a signed number, −2^31 to 2^31−1. */
  vIntSigned(): number {
    return this.vInt() | 0;
  }

  /** One to ten bytes as a signed 64-bit number; a number where it is a safe integer, else a bigint. */
  vLong(): number | bigint {
    const first = this.at < this.chunk.length ? (this.chunk[this.at] as number) : 0x80;
    if (first < 0x80) {
      this.at++;
      return first;
    }
    return narrowed(BigInt.asIntN(64, this.wideVLong()));
  }

  /** One to ten bytes as an unsigned 64-bit number; a number where it is a safe integer, else a bigint. */
  vLongUnsigned(): number | bigint {
    return narrowed(BigInt.asUintN(64, this.wideVLong()));
  }

  /** A vInt as the signed number whose zig-zag form it is. */
  zigZagInt(): number {
    return decodeZigZag(this.vInt());
  }

  /** vInt length, then that many bytes, copied (see `copyBytes`). */
  bytes(): Uint8Array {
    return this.gathering === undefined ? this.raw(this.length()) : this.finishGathering(this.gathering);
  }

  /** vInt length in bytes, then UTF-8; what is not UTF-8 becomes U+FFFD. */
  string(): string {
    if (this.gathering !== undefined) {
      return decodeUtf8(this.finishGathering(this.gathering));
    }
    const length = this.length();
    if (this.chunk.length - this.at < length) {
      return decodeUtf8(this.raw(length));
    }
    this.at += length;
    return decodeUtf8(this.chunk, this.at - length, this.at);
  }

  /** Zig-zag length, then that many bytes; undefined for a negative length, which has no bytes. */
  optionalBytes(): Uint8Array | undefined {
    if (this.gathering !== undefined) {
      return this.finishGathering(this.gathering);
    }
    const from = this.position;
    const length = this.zigZagInt();
    return length < 0 ? undefined : this.raw(this.checked(length, from));
  }

  /** As many bytes as asked for, copied. */
  raw(length: number): Uint8Array {
    if (this.gathering !== undefined) {
      return this.finishGathering(this.gathering);
    }
    const end = this.at + length;
    if (end <= this.chunk.length) {
      this.bytesCopied += length;
      const value = copyBytes(this.chunk, this.at, end);
      this.at = end;
      return value;
    }
    this.gathering = { target: new Uint8Array(length), filled: 0 };
    return this.finishGathering(this.gathering);
  }

  /** A vInt that announces an array: at most 2^31−1, the limits of this reader, and the offset of `stopBefore()`. */
  length(): number {
    const from = this.position;
    return this.checked(this.vInt(), from);
  }

  /**
   * A vInt that announces elements of at least `elementBytes` each. Refused (`BYTES_LIMIT`) past `maxCount`, and where so
   * many elements cannot lie before the offset of `stopBefore()`.
   */
  count(elementBytes: number): number {
    const from = this.position;
    const count = this.vInt();
    if (count > MAX_WIRE_LENGTH) {
      throw this.error('BYTES_NEGATIVE_LENGTH', `negative count ${count | 0}`, from);
    }
    if (count > this.maxCount) {
      throw this.error('BYTES_LIMIT', `${count} elements announced, at most ${this.maxCount} allowed`, from);
    }
    if (count * elementBytes > this.allowance) {
      throw this.error('BYTES_LIMIT', `${count} elements announced, room for ${this.allowance} bytes`, from);
    }
    return count;
  }

  /** Shows the unread part of the current chunk without reading it. For hand-written fast paths; see `skip()`. */
  window(): { readonly chunk: Uint8Array; readonly at: number } {
    if (this.at === this.chunk.length && this.queued > 0) {
      this.advance();
    }
    return { chunk: this.chunk, at: this.at };
  }

  /** Goes on by bytes that `window()` showed; `copied` of them were copied out of it. */
  skip(count: number, copied = 0): void {
    if (count < 0 || this.at + count > this.chunk.length) {
      throw this.error('BYTES_RANGE', `cannot skip ${count} bytes of the current chunk`, this.position);
    }
    this.at += count;
    this.bytesCopied += copied;
  }

  /** A BytesError at an offset of this stream, with the bytes that still can be shown there. */
  error(code: BytesErrorCode, what: string, offset: number): BytesError {
    const from = offset - this.base;
    const near = from >= 0 ? toHex(this.chunk.subarray(from, from + 12), ' ') : '';
    const shown = near === '' ? '' : `, near ${near}`;
    return new BytesError(`${what} at offset ${offset}${shown}`, { code, offset });
  }

  private checked(length: number, from: number): number {
    if (length > MAX_WIRE_LENGTH) {
      throw this.error('BYTES_NEGATIVE_LENGTH', `negative length ${length | 0}`, from);
    }
    if (length > this.maxArrayBytes) {
      throw this.error(
        'BYTES_LIMIT',
        `${length} bytes announced, at most ${this.maxArrayBytes} allowed`,
        from,
      );
    }
    if (length > this.allowance) {
      throw this.error('BYTES_LIMIT', `${length} bytes announced, room for ${this.allowance}`, from);
    }
    return length;
  }

  /** Sees to it that `count` bytes can be read one by one with `next()`. */
  private need(count: number): void {
    if (this.chunk.length - this.at < count) {
      if (this.available < count) {
        this.lack(count - this.available);
      }
      if (this.at === this.chunk.length) {
        this.advance();
      }
    }
  }

  private lack(count: number): never {
    this.missing = count;
    throw MoreBytesNeeded.signal;
  }

  private next(): number {
    if (this.at === this.chunk.length) {
      this.advance();
    }
    return this.chunk[this.at++] as number;
  }

  private advance(): void {
    this.base += this.chunk.length;
    this.chunk = this.queue[this.queueHead++] as Uint8Array;
    this.queued -= this.chunk.length;
    this.at = 0;
    if (this.queueHead === this.queue.length) {
      this.queue = [];
      this.queueHead = 0;
    }
  }

  /** Width of the vInt or vLong that begins here, wholly available; nothing is consumed. */
  private varWidth(most: number, code: BytesErrorCode): number {
    for (let width = 1; width <= most; width++) {
      if (width > this.available) {
        this.lack(1);
      }
      if (this.ahead(width - 1) < 0x80) {
        return width;
      }
    }
    const what = most === 5 ? 'vInt (6th byte announced)' : 'vLong (11th byte announced)';
    throw this.error(code, `malformed ${what}`, this.position);
  }

  private ahead(distance: number): number {
    let index = this.at + distance;
    if (index < this.chunk.length) {
      return this.chunk[index] as number;
    }
    index -= this.chunk.length;
    for (let queued = this.queueHead; ; queued++) {
      const chunk = this.queue[queued] as Uint8Array;
      if (index < chunk.length) {
        return chunk[index] as number;
      }
      index -= chunk.length;
    }
  }

  private wideVLong(): bigint {
    const width = this.varWidth(10, 'BYTES_MALFORMED_VLONG');
    let low = 0;
    for (let index = 0; index < Math.min(width, 4); index++) {
      low |= (this.next() & 0x7f) << (7 * index);
    }
    let value = BigInt(low);
    let factor = BigInt(TWO_28);
    for (let index = 4; index < width; index++) {
      value += BigInt(this.next() & 0x7f) * factor;
      factor <<= 7n;
    }
    return value;
  }

  private finishGathering(gathering: Gathering): Uint8Array {
    while (gathering.filled < gathering.target.length) {
      if (this.at === this.chunk.length) {
        if (this.queued === 0) {
          this.lack(gathering.target.length - gathering.filled);
        }
        this.advance();
      }
      this.at += this.gather(gathering, this.chunk, this.at);
    }
    this.gathering = undefined;
    return gathering.target;
  }

  /** Moves what belongs to the array out of a chunk; returns how many bytes that were. */
  private gather(gathering: Gathering, chunk: Uint8Array, from: number): number {
    const room = gathering.target.length - gathering.filled;
    const taken = Math.min(room, chunk.length - from);
    gathering.target.set(chunk.subarray(from, from + taken), gathering.filled);
    gathering.filled += taken;
    this.bytesCopied += taken;
    return taken;
  }
}

/** A plain Uint8Array over the same memory: slices of a Node Buffer would be Buffers. */
function plain(chunk: Uint8Array, from: number): Uint8Array {
  return from === 0 && chunk.constructor === Uint8Array
    ? chunk
    : new Uint8Array(chunk.buffer, chunk.byteOffset + from, chunk.length - from);
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
