import type { ByteReader } from '@kvtwin/bytes';
import { HotRodProtocolError } from '../hot-rod-protocol-error.js';
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
  /** Whether bytes without a meaning are kept where they can be read past, instead of refused. */
  lenient = false;
  spans: SpanRecorder | undefined;
  private readonly frames: Frame[] = [];
  private depth = 0;

  constructor(readonly reader: ByteReader) {}

  /** The frame of the group that begins or goes on here. */
  enter(): Frame {
    let frame = this.frames[this.depth];
    if (frame === undefined) {
      frame = { index: 0, count: -1, value: undefined };
      this.frames.push(frame);
    }
    this.depth++;
    return frame;
  }

  /** Ends the innermost group. */
  leave(): void {
    this.frames.pop();
    this.depth--;
  }

  /** Before reading on after MoreBytesNeeded. */
  restart(): void {
    this.depth = 0;
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
