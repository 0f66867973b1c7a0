import type { Codec } from './wire/codec.js';
import type { Cursor } from './wire/cursor.js';
import { mapped } from './wire/mapped.js';
import { i64, u8, vInt } from './wire/primitives.js';
import { field, struct } from './wire/struct.js';

/** What a counter is. Hot Rod §counter configuration. */
export type CounterConfiguration = {
  /** Whether it outlives a restart of the whole cluster. */
  readonly persistent: boolean;
  readonly initialValue: bigint;
} & (
  | {
      readonly kind: 'strong';
      /** Both inclusive; absent: it counts through all signed 64-bit numbers. */
      readonly bounds?: { readonly lower: bigint; readonly upper: bigint };
    }
  | {
      /** Faster to add to; it never tells the value that an addition leads to. */
      readonly kind: 'weak';
      /** How many parts the server keeps it in. */
      readonly concurrencyLevel: number;
      /** Servers refuse it, and cannot read on; here it only comes from a lenient decoder. */
      readonly bounds?: never;
    }
);

const WEAK = 0x01;
const BOUNDED = 0x02;
const PERSISTENT = 0x04;

interface Fields {
  flags: number;
  concurrencyLevel?: number;
  lower?: bigint;
  upper?: bigint;
  initialValue: bigint;
}

const flags = mapped<number, number>(u8, {
  fromWire: (byte: number, cursor: Cursor) => {
    if (!cursor.lenient && (byte & (WEAK | BOUNDED)) === (WEAK | BOUNDED)) {
      throw cursor.malformed('a counter that is weak and bounded', cursor.reader.position - 1);
    }
    return byte;
  },
  toWire: (byte) => byte,
});

const has = (flag: number) => (before: object) => ((before as Fields).flags & flag) !== 0;

/**
 * ```
 *   u8 flags (1 weak, 2 bounded, 4 persistent)   [vInt concurrencyLevel]   [i64 lower, i64 upper]   i64 initialValue
 *                                                 weak                      bounded
 * ```
 */
export const counterConfiguration: Codec<CounterConfiguration> = mapped<Fields, CounterConfiguration>(
  struct<Fields>(
    field('flags', flags),
    field('concurrencyLevel', vInt, { when: has(WEAK) }),
    field('lower', i64, { when: has(BOUNDED) }),
    field('upper', i64, { when: has(BOUNDED) }),
    field('initialValue', i64),
  ),
  { layout: 'counterConfiguration', fromWire, toWire },
);

function fromWire(wire: Fields): CounterConfiguration {
  const { initialValue, concurrencyLevel, lower, upper } = wire;
  return {
    persistent: has(PERSISTENT)(wire),
    initialValue,
    ...(concurrencyLevel === undefined ? { kind: 'strong' } : { kind: 'weak', concurrencyLevel }),
    ...(lower === undefined || upper === undefined ? {} : { bounds: { lower, upper } }),
  } as CounterConfiguration;
}

function toWire({ persistent, initialValue, ...kind }: CounterConfiguration): Fields {
  const isWeak = kind.kind === 'weak';
  return {
    flags: (isWeak ? WEAK : 0) | (kind.bounds === undefined ? 0 : BOUNDED) | (persistent ? PERSISTENT : 0),
    initialValue,
    ...(isWeak ? { concurrencyLevel: kind.concurrencyLevel } : {}),
    ...kind.bounds,
  };
}
