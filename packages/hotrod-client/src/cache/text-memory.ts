/** Shorter texts are copied into what is sent anyway; memory for them is cheap. */
const SHORTEST = 4_096;
/** Longer ones come so seldom that memory of their own costs nothing beside them. */
const LONGEST = 256 * 1024;
/** Memory that is kept when nothing is under way: 64 texts of 64 KiB at a time, and some. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;

/** What writes of Buffer's own are for texts: no closer look at their arguments. */
interface TextWriter extends Uint8Array {
  latin1Write(text: string, at: number, length: number): number;
  utf8Write(text: string, at: number, length: number): number;
}

/**
 * Memory for the UTF-8 of large texts, which is used again. Fresh memory for each costs more than all else about a write
 * of 64 KiB: the system hands it out page by page, and the collector hears of it late.
 *
 * ```
 *   lend(text) ──▶ encoded, sent ──▶ the server has answered, so it has read it all ──▶ giveBack()
 *                                └─▶ lost, timed out: it is never given back, and is garbage some time
 * ```
 */
export class TextMemory {
  /** Free buffers by their size. */
  readonly #free = new Map<number, TextWriter[]>();
  readonly #lent = new WeakSet<Uint8Array>();
  #keptBytes = 0;

  /** Bytes of the free buffers. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** The UTF-8 of a text in memory that is to be given back; undefined where the text is too short, too long, or has no UTF-8. */
  lend(text: string): Uint8Array | undefined {
    if (text.length < SHORTEST || text.length > LONGEST) return undefined;
    const length = Buffer.byteLength(text, 'utf8');
    const isAscii = length === text.length;
    if (length > LONGEST || !(isAscii || (text as Ecma2024String).isWellFormed())) return undefined;
    const buffer = this.#take(sizeFor(length));
    if (isAscii) buffer.latin1Write(text, 0, length);
    else buffer.utf8Write(text, 0, length);
    const bytes = buffer.subarray(0, length);
    this.#lent.add(bytes);
    return bytes;
  }

  /** Nobody looks at these bytes any more. What was not lent, or was given back before, is left alone. */
  giveBack(bytes: Uint8Array): void {
    if (!this.#lent.delete(bytes)) return;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, sizeFor(bytes.length));
    if (this.#keptBytes + buffer.length > MOST_KEPT_BYTES) return;
    this.#keptBytes += buffer.length;
    const free = this.#free.get(buffer.length);
    if (free === undefined) this.#free.set(buffer.length, [buffer as unknown as TextWriter]);
    else free.push(buffer as unknown as TextWriter);
  }

  #take(size: number): TextWriter {
    const buffer = this.#free.get(size)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size) as unknown as TextWriter;
    this.#keptBytes -= size;
    return buffer;
  }
}

/** The next power of two. */
function sizeFor(length: number): number {
  return 2 ** Math.ceil(Math.log2(length));
}

/** Node has it from version 20 on. */
type Ecma2024String = string & { isWellFormed(): boolean };
