import { BytesError } from './bytes-error.js';
import { encodeUtf8Into } from './utf8.js';
import { encodeZigZag } from './zig-zag.js';

const DEFAULT_CAPACITY = 1024;
const TWO_32 = 0x1_0000_0000;
/** Up to here a loop is faster than a call of `set`. */
const LONGEST_BY_LOOP = 32;

/** Options of {@link ByteWriter}. */
export interface ByteWriterOptions {
  /** First buffer, in bytes; it doubles as needed. 1,024 by default. */
  readonly capacity?: number;
  /**
   * Arrays of at least this many bytes are kept by reference instead of copied, and come out of `takeParts()` as parts
   * of their own: the caller must not change them until then. By default everything is copied.
   */
  readonly borrowAtLeast?: number;
}

/**
 * Writes fields one after the other into memory that grows. Integers are big-endian, vInt and vLong least significant
 * group first. Values that do not fit throw `BYTES_RANGE` and leave what was written before.
 */
export class ByteWriter {
  private buffer: Uint8Array;
  private at = 0;
  /** Where the bytes not yet taken begin in `buffer`. */
  private start = 0;
  private view: DataView;
  private parts: Uint8Array[] = [];
  private partsLength = 0;
  private readonly borrowAtLeast: number;

  constructor(options: ByteWriterOptions = {}) {
    this.buffer = new Uint8Array(options.capacity ?? DEFAULT_CAPACITY);
    this.view = new DataView(this.buffer.buffer);
    this.borrowAtLeast = options.borrowAtLeast ?? Number.POSITIVE_INFINITY;
  }

  /** Bytes written since the last `take()`, `takeParts()` or `reset()`. */
  get length(): number {
    return this.partsLength + this.at - this.start;
  }

  /** One byte, 0 to 255. */
  u8(value: number): this {
    if ((value & 0xff) !== value) {
      throw outOfRange('u8', value);
    }
    if (this.at === this.buffer.length) {
      this.grow(1);
    }
    this.buffer[this.at++] = value;
    return this;
  }

  /** One byte: 1 or 0. */
  bool(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  /** Two bytes, 0 to 65,535. */
  u16(value: number): this {
    if ((value & 0xffff) !== value) {
      throw outOfRange('u16', value);
    }
    this.ensure(2);
    this.buffer[this.at++] = value >>> 8;
    this.buffer[this.at++] = value;
    return this;
  }

  /** Four bytes; signed or unsigned, −2^31 to 2^32−1. */
  i32(value: number): this {
    if ((value | 0) !== value && value >>> 0 !== value) {
      throw outOfRange('i32', value);
    }
    this.ensure(4);
    this.put32(value | 0);
    return this;
  }

  /** Eight bytes; signed or unsigned, −2^63 to 2^64−1. A number must be a safe integer. */
  i64(value: bigint | number): this {
    this.ensure(8);
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) {
        throw outOfRange('i64', value);
      }
      this.put32(Math.floor(value / TWO_32) | 0);
      this.put32((value % TWO_32) | 0);
      return this;
    }
    if (value < -0x8000_0000_0000_0000n || value > 0xffff_ffff_ffff_ffffn) {
      throw outOfRange('i64', value);
    }
    this.put32(Number(BigInt.asIntN(32, value >> 32n)));
    this.put32(Number(BigInt.asIntN(32, value)));
    return this;
  }

  /** One to five bytes; a negative number is written as its unsigned 32-bit pattern. −2^31 to 2^32−1. */
  vInt(value: number): this {
    if ((value & 0x7f) === value) {
      if (this.at === this.buffer.length) {
        this.grow(1);
      }
      this.buffer[this.at++] = value;
      return this;
    }
    if ((value | 0) !== value && value >>> 0 !== value) {
      throw outOfRange('vInt', value);
    }
    this.ensure(5);
    this.putVInt(value >>> 0);
    return this;
  }

  /** One to ten bytes; a negative number is written as its unsigned 64-bit pattern. A number must be a safe integer. */
  vLong(value: bigint | number): this {
    this.ensure(10);
    if (typeof value === 'number') {
      if (value >>> 0 === value) {
        this.putVInt(value);
        return this;
      }
      if (!Number.isSafeInteger(value)) {
        throw outOfRange('vLong', value);
      }
      if (value < 0) {
        this.putVLong(BigInt.asUintN(64, BigInt(value)));
        return this;
      }
      let rest = value;
      while (rest >= TWO_32) {
        this.buffer[this.at++] = (rest % 0x80) | 0x80;
        rest = Math.floor(rest / 0x80);
      }
      this.putVInt(rest);
      return this;
    }
    if (value < -0x8000_0000_0000_0000n || value > 0xffff_ffff_ffff_ffffn) {
      throw outOfRange('vLong', value);
    }
    this.putVLong(BigInt.asUintN(64, value));
    return this;
  }

  /** A signed 32-bit number as the vInt of its zig-zag form. */
  zigZagInt(value: number): this {
    if ((value | 0) !== value) {
      throw outOfRange('zigZagInt', value);
    }
    return this.vInt(encodeZigZag(value));
  }

  /** The bytes as they are, without a length. */
  raw(bytes: Uint8Array): this {
    const { length } = bytes;
    if (length >= this.borrowAtLeast) {
      this.borrow(bytes);
      return this;
    }
    this.ensure(length);
    const { buffer, at } = this;
    if (length <= LONGEST_BY_LOOP) {
      for (let index = 0; index < length; index++) {
        buffer[at + index] = bytes[index] as number;
      }
    } else {
      buffer.set(bytes, at);
    }
    this.at = at + length;
    return this;
  }

  /** vInt length, then the bytes. */
  bytes(bytes: Uint8Array): this {
    return this.vInt(bytes.length).raw(bytes);
  }

  /** vInt length in bytes, then the UTF-8 of the text. */
  string(text: string): this {
    const { length } = text;
    this.ensure(length * 3 + 5);
    if (length < 0x80) {
      const { buffer } = this;
      const begin = this.at + 1;
      let at = 0;
      for (; at < length; at++) {
        const unit = text.charCodeAt(at);
        if (unit > 0x7f) {
          break;
        }
        buffer[begin + at] = unit;
      }
      if (at === length) {
        buffer[begin - 1] = length;
        this.at = begin + length;
        return this;
      }
    }
    // The length's own width depends on the length: write the text behind the widest one, then move it up.
    const written = encodeUtf8Into(text, this.buffer, this.at + 5);
    const behind = this.at + 5;
    this.putVInt(written);
    this.buffer.copyWithin(this.at, behind, behind + written);
    this.at += written;
    return this;
  }

  /** What was written, as views that the next write may change; for looking, not for keeping. */
  peek(): Uint8Array {
    return this.parts.length === 0 ? this.buffer.subarray(this.start, this.at) : this.joined();
  }

  /** Hands what was written over to the caller, who owns the memory from now on; the writer is then empty. */
  take(): Uint8Array {
    const taken = this.peek();
    this.forget();
    return taken;
  }

  /** Like `take()`, without joining: borrowed arrays stand between the written parts, in order, for a gathering write. */
  takeParts(): Uint8Array[] {
    this.endPart();
    const taken = this.parts;
    this.forget();
    return taken;
  }

  /** Forgets what was written since the last `take()`. */
  reset(): void {
    this.at = this.start;
    this.parts = [];
    this.partsLength = 0;
  }

  /** Forgets everything after the first `length` bytes of what was written, for undoing a message that failed midway. */
  truncate(length: number): void {
    if (length < 0 || length > this.length) {
      throw outOfRange('length to truncate to', length);
    }
    this.at = this.start + Math.max(0, length - this.partsLength);
    while (this.partsLength > length) {
      const last = this.parts.pop() as Uint8Array;
      this.partsLength -= last.length;
      if (this.partsLength < length) {
        this.parts.push(last.subarray(0, length - this.partsLength));
        this.partsLength = length;
      }
    }
  }

  /** Where in the memory of `room()` the next byte belongs. */
  get position(): number {
    return this.at;
  }

  /** Memory with room for `count` bytes from `position` on, for hand-written fast paths; see `advance()`. */
  room(count: number): Uint8Array {
    if (this.buffer.length - this.at < count) {
      this.grow(count);
    }
    return this.buffer;
  }

  /** A view of the memory of `room()`, for writing several bytes at once; to be asked for behind it. */
  get words(): DataView {
    return this.view;
  }

  /** Takes what was written into the memory of `room()`; it ends before `position`. */
  advance(position: number): void {
    if (position < this.at || position > this.buffer.length) {
      throw outOfRange('position to advance to', position);
    }
    this.at = position;
  }

  /** Makes room for `count` more bytes, so that the next writes need not. */
  ensure(count: number): void {
    if (this.buffer.length - this.at < count) {
      this.grow(count);
    }
  }

  private grow(count: number): void {
    const used = this.at - this.start;
    const bigger = new Uint8Array(Math.max(DEFAULT_CAPACITY, (used + count) * 2));
    bigger.set(this.buffer.subarray(this.start, this.at));
    this.buffer = bigger;
    this.view = new DataView(bigger.buffer);
    this.start = 0;
    this.at = used;
  }

  private put32(value: number): void {
    this.buffer[this.at++] = value >>> 24;
    this.buffer[this.at++] = value >>> 16;
    this.buffer[this.at++] = value >>> 8;
    this.buffer[this.at++] = value;
  }

  private putVInt(unsigned: number): void {
    const { buffer } = this;
    let { at } = this;
    let rest = unsigned;
    while (rest >= 0x80) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[at++] = rest;
    this.at = at;
  }

  private putVLong(unsigned: bigint): void {
    let rest = unsigned;
    while (rest >= 0x80n) {
      this.buffer[this.at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.buffer[this.at++] = Number(rest);
  }

  private borrow(bytes: Uint8Array): void {
    this.endPart();
    this.parts.push(bytes);
    this.partsLength += bytes.length;
  }

  private endPart(): void {
    if (this.at > this.start) {
      this.parts.push(this.buffer.subarray(this.start, this.at));
      this.partsLength += this.at - this.start;
      this.start = this.at;
    }
  }

  private joined(): Uint8Array {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const part of [...this.parts, this.buffer.subarray(this.start, this.at)]) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  private forget(): void {
    this.start = this.at;
    this.parts = [];
    this.partsLength = 0;
  }
}

function outOfRange(field: string, value: number | bigint): BytesError {
  return new BytesError(`${value} does not fit ${field}`, { code: 'BYTES_RANGE' });
}
