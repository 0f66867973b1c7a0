import { ClientIntelligence } from './client-intelligence.js';
import type { Codec } from './wire/codec.js';
import { list, repeated } from './wire/list.js';
import { mapped } from './wire/mapped.js';
import { string, u16, vInt, vIntSigned } from './wire/primitives.js';
import { field, struct } from './wire/struct.js';

/** One member of the cluster. */
export interface ServerAddress {
  /** Host name or textual address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Which server owns which segment. */
export interface SegmentOwners {
  /** 3: MurmurHash3 with segments; 0: nothing known. Of another one the layout is the same, but do not route by it. */
  readonly functionVersion: number;
  readonly segmentCount: number;
  /** Per segment the indexes into `servers`, the primary owner first; empty where `functionVersion` is 0. */
  readonly owners: readonly (readonly number[])[];
}

/** The members of the cluster as the cache named in the request sees them. */
export interface Topology {
  /** Signed 32-bit, opaque, per cache: compare it for equality only. */
  readonly topologyId: number;
  readonly servers: readonly ServerAddress[];
  /** Only for clients of intelligence 3. */
  readonly hash?: SegmentOwners;
}

const server = struct<ServerAddress>(field('host', string), field('port', u16));

const segment: Codec<number[]> = {
  layout: 'u8 n, n × vInt',
  minBytes: 1,
  read: (cursor) => {
    const frame = cursor.enter();
    if (frame.count < 0) {
      frame.count = cursor.noted('count', () => cursor.reader.u8());
    }
    const indexes = repeated(vInt, frame.count).read(cursor);
    cursor.leave();
    return indexes;
  },
  write: (writer, indexes) => {
    writer.u8(indexes.length);
    for (const index of indexes) {
      writer.vInt(index);
    }
  },
};

const segmentOwners: Codec<SegmentOwners> = {
  layout: '{ functionVersion: u8, segmentCount: vInt, owners: segmentCount × (u8 n, n × vInt) }',
  minBytes: 2,
  read: (cursor) => {
    const frame = cursor.enter();
    frame.value ??= { functionVersion: -1, segmentCount: -1 };
    const head = frame.value as { functionVersion: number; segmentCount: number };
    if (head.functionVersion < 0) {
      head.functionVersion = cursor.noted('functionVersion', () => cursor.reader.u8());
    }
    const elementBytes = head.functionVersion === 0 ? 0 : segment.minBytes;
    if (head.segmentCount < 0) {
      head.segmentCount = cursor.noted('segmentCount', () => cursor.reader.count(elementBytes));
    }
    const listed = elementBytes === 0 ? 0 : head.segmentCount;
    const owners = cursor.noted('owners', () => repeated(segment, listed).read(cursor));
    cursor.leave();
    return { ...head, owners };
  },
  write: (writer, { functionVersion, segmentCount, owners }, context) => {
    writer.u8(functionVersion).vInt(functionVersion === 0 ? segmentCount : owners.length);
    if (functionVersion !== 0) {
      repeated(segment, owners.length).write(writer, owners as number[][], context);
    }
  },
};

interface TopologyFields {
  topologyId: number;
  servers: readonly ServerAddress[];
  hash?: SegmentOwners;
}

/**
 * Sent in a reply's header after the marker 1, laid out for the intelligence of the request.
 *
 * ```
 *   vInt topologyId   vInt n   n × (string host, u16 port)
 *   intelligence 3:   u8 hash function version   vInt segments   segments × (u8 n, n × vInt server index)
 *                                                                only where the function version is not 0
 * ```
 */
export const topology: Codec<Topology> = mapped<TopologyFields, Topology>(
  struct<TopologyFields>(
    field('topologyId', vIntSigned),
    field('servers', list(server) as Codec<readonly ServerAddress[]>),
    field('hash', segmentOwners, {
      when: (_, { intelligence }) => intelligence === ClientIntelligence.HASH_DISTRIBUTION_AWARE,
      otherwise: { functionVersion: 0, segmentCount: 0, owners: [] },
    }),
  ),
  { layout: 'topology', fromWire: (wire) => wire, toWire: (value) => value },
);
