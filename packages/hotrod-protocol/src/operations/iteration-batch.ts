import type { ByteWriter } from '@kvtwin/bytes';
import { type EntryMetadata, entryMetadata } from '../entry-metadata.js';
import { HotRodProtocolError } from '../hot-rod-protocol-error.js';
import type { Codec } from '../wire/codec.js';
import type { Cursor } from '../wire/cursor.js';
import { repeated } from '../wire/list.js';
import { mapped } from '../wire/mapped.js';
import { bytes, u8 } from '../wire/primitives.js';
import { field, since, struct } from '../wire/struct.js';
import type { WireContext } from '../wire/wire-context.js';
import { FIRST_VERSION_WITH_MARKER, MARKED } from './entry-marker.js';
import { fastBytes } from './fast-bytes.js';
import { fastMetadata } from './fast-metadata.js';
import type { IterationEntry } from './iteration-entry.js';
import { VISITED, visitFast, visitRead } from './visit-entry.js';

export type { IterationEntry };

/** What iterationNext brings. */
export interface IterationBatch {
  /** Bit set of the segments that are complete by now and were not named before (`segmentsOf()`). */
  readonly finishedSegments: Uint8Array;
  readonly entries: readonly IterationEntry[];
}

const FIRST_VERSION_WITH_COUNT = 24;

interface EntryFields {
  marker?: number;
  metadata?: EntryMetadata;
  key: Uint8Array;
  values: Uint8Array[];
}

/** An entry with so many values. */
function entryCodec(projections: number): Codec<IterationEntry> {
  return mapped<EntryFields, IterationEntry>(
    struct<EntryFields>(
      since('2.5', field('marker', u8)),
      since(
        '2.5',
        field('metadata', entryMetadata, { when: (before) => (before as EntryFields).marker === MARKED }),
      ),
      field('key', bytes),
      field('values', repeated(bytes, projections)),
    ),
    {
      fromWire: ({ key, values, metadata }) => ({ key, values, metadata }),
      toWire: ({ key, values, metadata }) => ({
        marker: metadata === undefined ? 0 : MARKED,
        metadata,
        key,
        values: values as Uint8Array[],
      }),
    },
  );
}

const entryOnWire = entryCodec(1);

/** An entry with one value; by hand where it lies whole in a chunk, for scans read millions of them. */
const plainEntry: Codec<IterationEntry> = {
  ...entryOnWire,
  read: (cursor) => {
    const { visit } = cursor;
    if (visit === undefined) return fastEntry(cursor) ?? entryOnWire.read(cursor);
    if (!visitFast(cursor, visit)) visitRead(entryOnWire.read(cursor), visit);
    return VISITED;
  },
};

function fastEntry(cursor: Cursor): IterationEntry | undefined {
  const window = cursor.openWindow();
  if (window === undefined) {
    return undefined;
  }
  let metadata: EntryMetadata | undefined;
  if (cursor.version >= FIRST_VERSION_WITH_MARKER && window.chunk[window.at++] === MARKED) {
    metadata = fastMetadata(window);
    if (metadata === undefined) {
      return undefined;
    }
  }
  const key = fastBytes(window);
  const value = key === undefined ? undefined : fastBytes(window);
  if (key === undefined || value === undefined || !cursor.mayRead(window)) {
    return undefined;
  }
  cursor.closeWindow();
  return { key, values: [value], metadata };
}

function hasCount(entries: number, { version, projections }: WireContext): boolean {
  return entries > 0 && (version >= FIRST_VERSION_WITH_COUNT || projections);
}

interface Head {
  finishedSegments?: Uint8Array;
  entryCount?: number;
  projectionCount?: number;
}

/** The layout is drawn at `iterationNext`. */
export const iterationBatch: Codec<IterationBatch> = {
  layout: `{ finishedSegments: bytes, entryCount: vInt, projectionCount: vInt where it applies, entries: entryCount × ${plainEntry.layout} }`,
  minBytes: 2,
  read: (cursor) => {
    const frame = cursor.enter();
    frame.value ??= {};
    const head = frame.value as Head;
    head.finishedSegments ??= cursor.noted('finishedSegments', () => cursor.reader.bytes());
    head.entryCount ??= cursor.noted('entryCount', () => cursor.reader.count(2));
    head.projectionCount ??= hasCount(head.entryCount, cursor)
      ? cursor.noted('projectionCount', () => cursor.reader.count(1))
      : 1;
    const entry = head.projectionCount === 1 ? plainEntry : entryCodec(head.projectionCount);
    const { entryCount } = head;
    const entries = cursor.noted('entries', () => repeated(entry, entryCount).read(cursor));
    cursor.leave();
    return { finishedSegments: head.finishedSegments, entries };
  },
  write: (writer, { finishedSegments, entries }, context) => {
    writer.bytes(finishedSegments).vInt(entries.length);
    const projections = entries[0]?.values.length ?? 1;
    if (hasCount(entries.length, context)) {
      writer.vInt(projections);
    }
    writeEntries(writer, entries, projections, context);
  },
};

function writeEntries(
  writer: ByteWriter,
  entries: readonly IterationEntry[],
  projections: number,
  context: WireContext,
): void {
  if (projections !== 1 && !hasCount(1, context) && entries.length > 0) {
    throw mistake('this version has room for exactly one value in an entry');
  }
  const codec = entryCodec(projections);
  for (const entry of entries) {
    if (entry.values.length !== projections) {
      throw mistake('every entry of a batch has the same number of values');
    }
    codec.write(writer, entry, context);
  }
}

function mistake(what: string): HotRodProtocolError {
  return new HotRodProtocolError(what, { code: 'HOTROD_INVALID_ARGUMENT' });
}
