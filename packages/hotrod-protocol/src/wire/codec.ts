import type { ByteWriter } from '@kvtwin/bytes';
import type { Cursor } from './cursor.js';
import type { WireContext } from './wire-context.js';

/** One field or group of fields on the wire, in both directions. Stateless: what is half read lies in the cursor. */
export interface Codec<T> {
  /** How documents name it: `vInt`, `bytes`, or a group such as `{ key: bytes, value: bytes }`. */
  readonly layout: string;
  /** The fewest bytes that it takes; a hostile count of such elements is refused by it. */
  readonly minBytes: number;
  /** Throws MoreBytesNeeded where bytes are missing; called again, it goes on from there. */
  read(cursor: Cursor): T;
  write(writer: ByteWriter, value: T, context: WireContext): void;
}
