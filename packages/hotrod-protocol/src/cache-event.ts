import type { MessageId } from './message-id.js';
import type { Codec } from './wire/codec.js';
import { mapped } from './wire/mapped.js';
import { bool, bytes, i64, u8 } from './wire/primitives.js';
import { field, struct } from './wire/struct.js';

/** What happened to an entry. */
export type CacheEventType = 'created' | 'modified' | 'removed' | 'expired';

interface CacheEventBase {
  readonly type: CacheEventType;
  /** 0; of the events that tell the present state, the id of the request that added the listener. */
  readonly messageId: MessageId;
  /** The listener's id, as the client chose it. */
  readonly listenerId: Uint8Array;
  /** It may have been told before. */
  readonly commandRetried: boolean;
}

/** An event as the server tells it without a converter. */
export interface PlainCacheEvent extends CacheEventBase {
  readonly form: 'plain';
  /** In the media type of the request that added the listener. */
  readonly key: Uint8Array;
  /** The entry's new version; only of created and modified. */
  readonly entryVersion?: bigint;
}

/** An event as a converter made it. */
export interface CustomCacheEvent extends CacheEventBase {
  /** `custom-raw`: the listener asked for raw data. */
  readonly form: 'custom' | 'custom-raw';
  readonly data: Uint8Array;
}

/** A message that no request asked for. */
export type CacheEvent = PlainCacheEvent | CustomCacheEvent;

const OPCODES: Readonly<Record<CacheEventType, number>> = {
  created: 0x60,
  modified: 0x61,
  removed: 0x62,
  expired: 0x63,
};
const TYPES = new Map(
  Object.entries(OPCODES).map(([type, opcode]) => [opcode, type as CacheEventType] as const),
);

const FORMS = ['plain', 'custom', 'custom-raw'] as const;

/** The opcode of an event type. */
export function cacheEventOpcode(type: CacheEventType): number {
  return OPCODES[type];
}

/** The event type of a response opcode; undefined for one that is no cache event. */
export function cacheEventType(opcode: number): CacheEventType | undefined {
  return TYPES.get(opcode);
}

interface EventFields {
  listenerId: Uint8Array;
  marker: number;
  commandRetried: boolean;
  data?: Uint8Array;
  key?: Uint8Array;
  entryVersion?: bigint;
}

const isCustom = (before: object): boolean => (before as EventFields).marker !== 0;
const isPlain = (before: object): boolean => !isCustom(before);

const marker = mapped<number, number>(u8, {
  fromWire: (byte, cursor) => {
    if (byte >= FORMS.length) {
      throw cursor.malformed(`unknown custom event marker ${byte}`, cursor.reader.position - 1);
    }
    return byte;
  },
  toWire: (byte) => byte,
});

function eventCodec(hasVersion: boolean): Codec<EventFields> {
  return struct<EventFields>(
    field('listenerId', bytes),
    field('marker', marker),
    field('commandRetried', bool),
    field('data', bytes, { when: isCustom }),
    field('key', bytes, { when: isPlain }),
    field('entryVersion', i64, { when: (before) => hasVersion && isPlain(before) }),
  );
}

const withVersion = eventCodec(true);
const withoutVersion = eventCodec(false);

/**
 * Behind the response header of an event:
 *
 * ```
 *   bytes listenerId   u8 custom marker   bool commandRetried
 *   marker 0:       bytes key   [i64 version]   created and modified
 *   marker 1, 2:    bytes data
 * ```
 */
export function cacheEventBody(type: CacheEventType, messageId: MessageId): Codec<CacheEvent> {
  return mapped<EventFields, CacheEvent>(
    type === 'created' || type === 'modified' ? withVersion : withoutVersion,
    {
      layout: 'event',
      fromWire: (wire) => {
        const form = FORMS[wire.marker] ?? 'plain';
        const { listenerId, commandRetried, data, key, entryVersion } = wire;
        const base = { type, messageId, listenerId, commandRetried };
        if (form !== 'plain') {
          return { ...base, form, data: data as Uint8Array };
        }
        const plain = { ...base, form, key: key as Uint8Array };
        return entryVersion === undefined ? plain : { ...plain, entryVersion };
      },
      toWire: (event) => ({ ...event, marker: FORMS.indexOf(event.form) }),
    },
  );
}
