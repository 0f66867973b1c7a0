import type { Expiration } from '@kvtwin/versioned-value';
import type { EntryMetadata } from './entry-metadata.js';
import { HotRodProtocolError } from './hot-rod-protocol-error.js';
import { type ProtocolVersion, versionByte } from './protocol-version.js';
import { durationMs, type WireDuration } from './wire-duration.js';
import { FIRST_VERSION_WITH_UNITS, type WireExpiration } from './wire-expiration.js';

/** Before 3.0 a longer duration than this is an absolute time: 30 days. */
const LONGEST_RELATIVE_MS = 30 * 86_400_000;
const FIRST_LITERAL_VERSION = 30;

/** The expiration to send so that a server of this version understands it: more than 30 days is a time before 3.0. */
export function toWireExpiration(
  expiration: Expiration,
  version: ProtocolVersion,
  nowMs: number,
): WireExpiration {
  if (expiration.kind === 'unknown') {
    throw new HotRodProtocolError('an unknown expiration cannot be sent', {
      code: 'HOTROD_INVALID_ARGUMENT',
    });
  }
  const { lifespanMs, maxIdleMs } =
    expiration.kind === 'mortal' ? expiration : { lifespanMs: undefined, maxIdleMs: undefined };
  return {
    lifespan: toWireDuration(lifespanMs, versionByte(version), nowMs),
    maxIdle: toWireDuration(maxIdleMs, versionByte(version), nowMs),
  };
}

function toWireDuration(ms: number | undefined, version: number, nowMs: number): WireDuration {
  if (ms === undefined) {
    return { unit: 'infinite' };
  }
  const absolute = version < FIRST_LITERAL_VERSION && ms > LONGEST_RELATIVE_MS ? nowMs + ms : ms;
  return version < FIRST_VERSION_WITH_UNITS
    ? { unit: 'seconds', amount: Math.max(1, Math.ceil(absolute / 1000)) }
    : { unit: 'milliseconds', amount: Math.ceil(absolute) };
}

/** What decides the meaning of a duration that a server was sent. */
export interface DurationContext {
  readonly version: ProtocolVersion;
  /** Before 2.2: whether the header's flag for this duration (DEFAULT_LIFESPAN or DEFAULT_MAX_IDLE) is set. */
  readonly defaultFlag: boolean;
  readonly nowMs: number;
}

/**
 * What a server makes of a duration: milliseconds from now, `default` or `infinite`. 0: expired at once; also a time
 * that is over. Hot Rod §expiration: the meaning of 0, and 30 days, depend on the version; less than 0 is infinite
 * (before 2.2: as 0), which is what real servers do.
 */
export function resolveDuration(
  duration: WireDuration,
  context: DurationContext,
): number | 'default' | 'infinite' {
  const version = versionByte(context.version);
  const ms = durationMs(duration);
  if (ms === undefined) {
    return duration.unit === 'default' ? 'default' : 'infinite';
  }
  if (version < FIRST_VERSION_WITH_UNITS && ms <= 0) {
    return context.defaultFlag ? 'default' : 'infinite';
  }
  // Before 3.0 the amount decides, then the milliseconds: -1 nanosecond is cut off to 0.
  const signed = version < FIRST_LITERAL_VERSION && 'amount' in duration ? duration.amount : ms;
  if (signed < 0) {
    return 'infinite';
  }
  return version < FIRST_LITERAL_VERSION && ms > LONGEST_RELATIVE_MS ? Math.max(0, ms - context.nowMs) : ms;
}

/** An entry's expiration and times, as the model has them. Lifespan and max idle are whole seconds on the wire. */
export function fromEntryMetadata(metadata: EntryMetadata): {
  readonly expiration: Expiration;
  readonly createdAtMs?: number;
  readonly lastUsedAtMs?: number;
} {
  const { lifespan, maxIdle } = metadata;
  if (lifespan === undefined && maxIdle === undefined) {
    return { expiration: { kind: 'immortal' } };
  }
  return {
    expiration: {
      kind: 'mortal',
      ...(lifespan === undefined ? {} : { lifespanMs: lifespan.seconds * 1000 }),
      ...(maxIdle === undefined ? {} : { maxIdleMs: maxIdle.seconds * 1000 }),
    },
    ...(lifespan === undefined ? {} : { createdAtMs: lifespan.createdAtMs }),
    ...(maxIdle === undefined ? {} : { lastUsedAtMs: maxIdle.lastUsedAtMs }),
  };
}
