import { ClientIntelligence } from './client-intelligence.js';
import { type MediaType, mediaType, NO_MEDIA_TYPE } from './media-type.js';
import type { MessageId } from './message-id.js';
import type { ProtocolVersion } from './protocol-version.js';
import { RequestFlag } from './request-flag.js';
import { list } from './wire/list.js';
import { magic, REQUEST_MAGIC } from './wire/magic.js';
import { bytes, string, u8, vInt, vIntSigned, vLong } from './wire/primitives.js';
import { field, since, struct } from './wire/struct.js';
import type { WireDuration } from './wire-duration.js';
import { FIRST_VERSION_WITH_UNITS, type WireExpiration } from './wire-expiration.js';

/** Out-of-band parameter of a request, from 4.0; servers know `traceparent` and `tracestate`. */
export interface HeaderParameter {
  readonly name: string;
  readonly value: Uint8Array;
}

/** The header of a request, as decoded. */
export interface RequestHeader {
  readonly messageId: MessageId;
  readonly version: ProtocolVersion;
  /** Empty: the server's default cache, or none for operations that need none. */
  readonly cacheName: string;
  /** {@link RequestFlag} bits; unknown ones are kept. */
  readonly flags: number;
  /** {@link ClientIntelligence}; other bytes are kept and mean BASIC. */
  readonly intelligence: number;
  /** Last topology id that the client learnt for this cache; −1: none. Signed 32-bit. */
  readonly topologyId: number;
  /** From 2.8. */
  readonly keyMediaType?: MediaType;
  /** From 2.8. */
  readonly valueMediaType?: MediaType;
  /** From 4.0. */
  readonly parameters?: readonly HeaderParameter[];
}

/** A header to encode: default cache, no flags, BASIC, no topology, no media types where not given. */
export type RequestHeaderInput = Pick<RequestHeader, 'messageId' | 'version'> & Partial<RequestHeader>;

/** What a client says that has not yet learnt a topology. */
export const UNKNOWN_TOPOLOGY_ID = -1;

/** First bytes of a request, laid out alike in every version. */
export interface RequestStart {
  magic: number;
  messageId: MessageId;
  versionByte: number;
  opcode: number;
}

/** `A0`, vLong message id, u8 version, u8 opcode */
export const requestStart = struct<RequestStart>(
  field('magic', magic(REQUEST_MAGIC)),
  field('messageId', vLong),
  field('versionByte', u8),
  field('opcode', u8),
);

/** The part of a header that depends on the version. */
export type RequestHeaderRest = Omit<RequestHeader, 'messageId' | 'version'>;

/**
 * ```
 *   string cacheName  vInt flags  u8 intelligence  vInt topologyId
 *   from 2.8:  MediaType keys  MediaType values      from 4.0:  vInt n  n × (string name, bytes value)
 * ```
 */
export const requestHeaderRest = struct<RequestHeaderRest>(
  field('cacheName', string, { otherwise: '' }),
  field('flags', vInt, { otherwise: 0 }),
  field('intelligence', u8, { otherwise: ClientIntelligence.BASIC }),
  field('topologyId', vIntSigned, { otherwise: UNKNOWN_TOPOLOGY_ID }),
  since('2.8', field('keyMediaType', mediaType, { otherwise: NO_MEDIA_TYPE })),
  since('2.8', field('valueMediaType', mediaType, { otherwise: NO_MEDIA_TYPE })),
  since(
    '4.0',
    field('parameters', list(struct<HeaderParameter>(field('name', string), field('value', bytes))), {
      otherwise: [],
    }),
  ),
);

/** The header without its message id and version, with what is written where a field is not given. */
export function withDefaults(header: Partial<RequestHeader>): RequestHeaderRest {
  return {
    cacheName: header.cacheName ?? '',
    flags: header.flags ?? 0,
    intelligence: header.intelligence ?? ClientIntelligence.BASIC,
    topologyId: header.topologyId ?? UNKNOWN_TOPOLOGY_ID,
    keyMediaType: header.keyMediaType ?? NO_MEDIA_TYPE,
    valueMediaType: header.valueMediaType ?? NO_MEDIA_TYPE,
    parameters: header.parameters ?? [],
  };
}

/** Flags of a request: before 2.2 a default duration is said by a flag, for there is no unit for it. */
export function flagsFor(header: RequestHeaderInput, request: unknown, version: number): number {
  const flags = header.flags ?? 0;
  if (version >= FIRST_VERSION_WITH_UNITS) {
    return flags;
  }
  const { expiration } = request as { expiration?: WireExpiration };
  if (expiration === undefined) {
    return flags;
  }
  return (
    flags |
    (isDefault(expiration.lifespan) ? RequestFlag.DEFAULT_LIFESPAN : 0) |
    (isDefault(expiration.maxIdle) ? RequestFlag.DEFAULT_MAX_IDLE : 0)
  );
}

function isDefault(duration: WireDuration): boolean {
  return duration.unit === 'default';
}
