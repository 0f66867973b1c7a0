import { HotRodProtocolError } from './hot-rod-protocol-error.js';
import type { Codec } from './wire/codec.js';
import { mapped } from './wire/mapped.js';
import { u8, vIntSigned, vLong } from './wire/primitives.js';
import { field, struct } from './wire/struct.js';
import { durationMs, TIME_UNITS, type TimeUnit, type WireDuration } from './wire-duration.js';

/** When a written entry is to expire, as it stands on the wire: units and amounts are kept as sent. */
export interface WireExpiration {
  readonly lifespan: WireDuration;
  readonly maxIdle: WireDuration;
}

/** What the cache is configured for. On the wire `77`. */
export const DEFAULT_EXPIRATION: WireExpiration = {
  lifespan: { unit: 'default' },
  maxIdle: { unit: 'default' },
};

/** Never. On the wire `88`. */
export const NO_EXPIRATION: WireExpiration = {
  lifespan: { unit: 'infinite' },
  maxIdle: { unit: 'infinite' },
};

/** First version byte with units; before it there are two vInts of seconds. */
export const FIRST_VERSION_WITH_UNITS = 22;

interface SecondsFields {
  lifespan: number;
  maxIdle: number;
}

const seconds = mapped<SecondsFields, WireExpiration>(
  struct<SecondsFields>(field('lifespan', vIntSigned), field('maxIdle', vIntSigned)),
  {
    fromWire: ({ lifespan, maxIdle }) => ({
      lifespan: { unit: 'seconds', amount: lifespan },
      maxIdle: { unit: 'seconds', amount: maxIdle },
    }),
    toWire: ({ lifespan, maxIdle }) => ({ lifespan: wholeSeconds(lifespan), maxIdle: wholeSeconds(maxIdle) }),
  },
);

interface UnitsFields {
  units: number;
  lifespan?: number | bigint;
  maxIdle?: number | bigint;
}

const units = mapped<UnitsFields, WireExpiration>(
  struct<UnitsFields>(
    field(
      'units',
      mapped<number, number>(u8, {
        fromWire: (byte, cursor) => {
          for (const unit of [byte >> 4, byte & 0x0f]) {
            if (unit >= TIME_UNITS.length) {
              throw cursor.malformed(`invalid time unit ${unit}`, cursor.reader.position - 1);
            }
          }
          return byte;
        },
        toWire: (byte) => byte,
      }),
    ),
    field('lifespan', vLong, { when: (before) => hasAmount((before as UnitsFields).units >> 4) }),
    field('maxIdle', vLong, { when: (before) => hasAmount((before as UnitsFields).units & 0x0f) }),
  ),
  {
    fromWire: (wire) => ({
      lifespan: durationOf(wire.units >> 4, wire.lifespan),
      maxIdle: durationOf(wire.units & 0x0f, wire.maxIdle),
    }),
    toWire: ({ lifespan, maxIdle }) => ({
      units: (unitNumber(lifespan.unit) << 4) | unitNumber(maxIdle.unit),
      lifespan: 'amount' in lifespan ? lifespan.amount : undefined,
      maxIdle: 'amount' in maxIdle ? maxIdle.amount : undefined,
    }),
  },
);

/**
 * ```
 *   before 2.2:  vInt lifespan s   vInt max idle s
 *   from 2.2:    u8 units          [vLong lifespan]   [vLong max idle]
 *                high nibble: lifespan's, low: max idle's; units 7 (default) and 8 (infinite) have no number
 * ```
 */
export const wireExpiration: Codec<WireExpiration> = {
  layout: 'expiration',
  minBytes: 1,
  read: (cursor) => (cursor.version < FIRST_VERSION_WITH_UNITS ? seconds.read(cursor) : units.read(cursor)),
  write: (writer, value, context) => {
    if (context.version < FIRST_VERSION_WITH_UNITS) {
      seconds.write(writer, value, context);
    } else if ('amount' in value.lifespan || 'amount' in value.maxIdle) {
      units.write(writer, value, context);
    } else {
      writer.u8((unitNumber(value.lifespan.unit) << 4) | unitNumber(value.maxIdle.unit));
    }
  },
};

function hasAmount(unit: number): boolean {
  return unit < 7;
}

function unitNumber(unit: TimeUnit): number {
  const number = TIME_UNITS.indexOf(unit);
  if (number < 0) {
    throw new HotRodProtocolError(`not a time unit: ${unit}`, { code: 'HOTROD_INVALID_ARGUMENT' });
  }
  return number;
}

function durationOf(unit: number, amount: number | bigint | undefined): WireDuration {
  const name = TIME_UNITS[unit] as TimeUnit;
  return name === 'default' || name === 'infinite' ? { unit: name } : { unit: name, amount: amount ?? 0 };
}

/** Seconds rounded up: an entry must not go earlier than asked for. Default and infinite are both 0; a flag tells them apart. */
function wholeSeconds(duration: WireDuration): number {
  return duration.unit === 'seconds'
    ? Number(duration.amount)
    : Math.ceil((durationMs(duration) ?? 0) / 1000);
}
