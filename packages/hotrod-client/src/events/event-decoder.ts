import { ByteReader } from '@kvtwin/bytes';
import { type CacheEvent, type CacheEventType, ListenerInterest } from '@kvtwin/hotrod-protocol';
import type { CacheCodecs } from '../cache/codecs.js';
import { HotRodError } from '../hotrod-error.js';
import type {
  CacheEntryEvent,
  ConvertedCacheEvent,
  EventFilter,
  ListenerOptions,
  WithConverter,
} from './cache-events.js';
import { checkFactory } from './check-factory.js';
import type { ListenerInput } from './event-listener.js';

/** A listener's request and how its events are read. */
export interface EventReading<Event> {
  readonly request: ListenerInput['request'];
  decode(event: CacheEvent, replayed: boolean): Event;
}

const INTERESTS: Readonly<Record<CacheEventType, number>> = {
  created: ListenerInterest.CREATED,
  modified: ListenerInterest.MODIFIED,
  removed: ListenerInterest.REMOVED,
  expired: ListenerInterest.EXPIRED,
};

/** The four event types, in the order of their opcodes. */
export const EVENT_TYPES = Object.keys(INTERESTS) as CacheEventType[];

/** Server-side factory that puts the new value and version behind the key. Hot Rod §built-in factories. */
const VALUES_CONVERTER = '___eager-key-value-version-converter';

/** Options of a listener, whatever kind of events it wants. */
export type AnyListenerOptions = ListenerOptions & { readonly values?: boolean } & Partial<
    WithConverter<unknown>
  >;

/** Events as the options want them: as they are, with values, or converted. */
export function eventReading<K, V>(
  codecs: CacheCodecs<K, V>,
  types: readonly CacheEventType[],
  options: AnyListenerOptions,
): EventReading<CacheEntryEvent<K, V | undefined> | ConvertedCacheEvent<unknown>> {
  const { converter, values, filter } = options;
  checkFactory('filter', filter);
  checkFactory('converter', converter);
  if (converter !== undefined && typeof converter.decode !== 'function') {
    throw new HotRodError(`the converter ${converter.name} has no decode(data)`, {
      code: 'HOTROD_INVALID_ARGUMENT',
    });
  }
  if (converter === undefined) return entryReading(codecs, types, options);
  if (!values) return convertedReading(types, { ...options, converter });
  throw new HotRodError(
    'values and a converter are both asked for; the server has one converter per listener',
    {
      code: 'HOTROD_INVALID_ARGUMENT',
    },
  );
}

/** The types of an option; throws `HOTROD_INVALID_ARGUMENT` on what is none, and on an empty list. */
export function wantedTypes(given: readonly CacheEventType[] = EVENT_TYPES): readonly CacheEventType[] {
  if (Array.isArray(given) && given.length > 0 && given.every((type) => EVENT_TYPES.includes(type)))
    return given;
  throw new HotRodError(`types is ${JSON.stringify(given)}; give some of ${EVENT_TYPES.join(', ')}`, {
    code: 'HOTROD_INVALID_ARGUMENT',
  });
}

/** Events as the server tells them, or with values. */
function entryReading<K, V>(
  codecs: CacheCodecs<K, V>,
  types: readonly CacheEventType[],
  options: ListenerOptions & { readonly values?: boolean },
): EventReading<CacheEntryEvent<K, V | undefined>> {
  const { values = false } = options;
  const converter = values ? { name: VALUES_CONVERTER } : undefined;
  const request = requestOf(types, { ...options, useRawData: options.useRawData ?? values, converter });
  return { request, decode: (event, replayed) => entryEvent(codecs, event, replayed) };
}

/** Events as a converter makes them. */
function convertedReading<T>(
  types: readonly CacheEventType[],
  options: ListenerOptions & WithConverter<T>,
): EventReading<ConvertedCacheEvent<T>> {
  return {
    request: requestOf(types, options),
    decode: (event, replayed) => {
      if (event.form === 'plain') throw codecError(event, new Error('the server did not convert it'));
      const { type, commandRetried: retried, data } = event;
      return { type, replayed, retried, data: read(event, () => options.converter.decode(data)) };
    },
  };
}

function requestOf(
  types: readonly CacheEventType[],
  options: ListenerOptions & { readonly converter: EventFilter | undefined },
): ListenerInput['request'] {
  const { includeState = false, useRawData = false, filter, converter } = options;
  const interests = types.reduce((bits, type) => bits | INTERESTS[type], 0);
  return {
    includeState,
    useRawData,
    interests,
    ...(filter === undefined
      ? {}
      : { filterFactory: filter.name, filterParameters: filter.parameters ?? [] }),
    ...(converter === undefined
      ? {}
      : {
          converterFactory: converter.name,
          converterParameters:
            (converter as { readonly parameters?: readonly Uint8Array[] }).parameters ?? [],
        }),
  };
}

function entryEvent<K, V>(
  { key: keys, value: values }: CacheCodecs<K, V>,
  event: CacheEvent,
  replayed: boolean,
): CacheEntryEvent<K, V | undefined> {
  const { type, commandRetried: retried } = event;
  const { key, value, version } =
    event.form === 'plain' ? plainParts(event) : read(event, () => customParts(event.data));
  const decodedKey = read(event, () => keys.decode(key));
  if (type === 'removed' || type === 'expired') return { type, key: decodedKey, replayed, retried };
  const decoded = value === undefined ? undefined : read(event, () => values.decode(value));
  return { type, key: decodedKey, value: decoded, version: version ?? 0n, replayed, retried };
}

interface EventParts {
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
  readonly version?: bigint;
}

function plainParts({ key, entryVersion }: Extract<CacheEvent, { form: 'plain' }>): EventParts {
  return { key, version: entryVersion };
}

/** `bytes key   [bytes value   i64 version]` */
function customParts(data: Uint8Array): EventParts {
  const reader = new ByteReader();
  reader.push(data);
  const key = reader.bytes();
  return reader.available === 0 ? { key } : { key, value: reader.bytes(), version: reader.i64() };
}

function read<T>(event: CacheEvent, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw codecError(event, cause);
  }
}

function codecError(event: CacheEvent, cause: unknown): HotRodError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HotRodError(`an event (${event.type}) cannot be decoded: ${why}`, {
    code: 'HOTROD_CODEC',
    cause,
  });
}
