import { type ByteReader, ChunkCopies } from '@kvtwin/bytes';
import { HotRodProtocolError } from '../hot-rod-protocol-error.js';
import type { IterationVisit } from '../iteration-place.js';
import type { ByteWindow } from './byte-window.js';
import type { SpanRecorder } from './span-recorder.js';
import type { WireContext } from './wire-context.js';

/** The progress of one group that is being read. */
export interface Frame {
  /** Next field or element. */
  index: number;
  /** Elements announced; −1 until it is known. */
  count: number;
  /** What was read so far. */
  value: unknown;
}

/**
 * Where the decoder stands inside a message.
 *
 * ```
 *   frames:  [ reply: field 1 ][ entries: element 4711 of 50000 ][ entry: field 1 ]
 *              outermost                                           innermost, where bytes ran out
 * ```
 *
 * Groups `enter()` when they begin and `leave()` when they are complete. Where bytes run out, MoreBytesNeeded flies
 * through all of them and nobody leaves: the frames stay. After `restart()` each group enters its old frame and goes on
 * at its index, so that resuming costs the depth of the message, not its length.
 */
export class Cursor implements WireContext {
  version = 0;
  intelligence = 0;
  projections = false;
  visit: IterationVisit | undefined = undefined;
  /** Whether bytes without a meaning are kept where they can be read past, instead of refused. */
  lenient = false;
  spans: SpanRecorder | undefined;
  /** Whether groups may be read by hand where they lie whole in a chunk. */
  fast = true;
  /** Frames by depth, used again by later messages; the first `entered` of them are in use. */
  private readonly frames: Frame[] = [];
  private entered = 0;
  private depth = 0;
  private readonly window: ByteWindow = {
    chunk: new Uint8Array(0),
    at: 0,
    copied: 0,
    textOf: undefined,
    copies: new ChunkCopies(),
  };
  private windowAt = 0;

  constructor(readonly reader: ByteReader) {}

  /** The frame of the group that begins or goes on here. */
  enter(): Frame {
    const depth = this.depth++;
    if (depth === this.entered) {
      this.entered++;
      if (depth === this.frames.length) {
        this.frames.push({ index: 0, count: -1, value: undefined });
      }
    }
    return this.frames[depth] as Frame;
  }

  /** Ends the innermost group. */
  leave(): void {
    this.entered--;
    const frame = this.frames[--this.depth] as Frame;
    frame.index = 0;
    frame.count = -1;
    frame.value = undefined;
  }

  /** Before reading on after MoreBytesNeeded. */
  restart(): void {
    this.depth = 0;
    this.window.copies.forget();
  }

  /** Before reading another message after one that failed. */
  abandon(): void {
    while (this.entered > 0) {
      this.depth = this.entered;
      this.leave();
    }
  }

  /**
   * The unread bytes of the current chunk, for the fast path of a group that begins here; undefined where the group goes
   * on after bytes had run out, or where fast paths are switched off. One window at a time: `closeWindow()` takes what was read.
   */
  openWindow(): ByteWindow | undefined {
    if (!this.fast || this.depth !== this.entered) {
      return undefined;
    }
    const { chunk, at } = this.reader.window();
    this.window.chunk = chunk;
    this.window.at = at;
    this.window.copied = 0;
    this.windowAt = at;
    return this.window;
  }

  /** Whether what the fast path read lies before the end that the message may have. */
  mayRead(window: ByteWindow): boolean {
    return window.at - this.windowAt <= this.reader.allowance;
  }

  /** Ends the fast path of a group that was read whole. */
  closeWindow(): void {
    this.reader.skip(this.window.at - this.windowAt, this.window.copied);
  }

  /** Reads a part of a group, and notes where it lies if spans are wanted. */
  noted<T>(name: string, read: () => T): T {
    const { spans } = this;
    if (spans === undefined) {
      return read();
    }
    const start = this.reader.position;
    spans.open(name);
    const value = read();
    spans.close(start, this.reader.position, value);
    return value;
  }

  /** A typed error at an offset, the current position by default. */
  malformed(what: string, offset: number = this.reader.position): HotRodProtocolError {
    return new HotRodProtocolError(`${what} at offset ${offset}`, { code: 'HOTROD_MALFORMED', offset });
  }
}
