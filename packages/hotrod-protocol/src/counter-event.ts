import type { Codec } from './wire/codec.js';
import { mapped } from './wire/mapped.js';
import { bytes, i64, string, u8 } from './wire/primitives.js';
import { field, struct } from './wire/struct.js';

/** Whether an update was refused because it would leave the bounds. Reaching a bound exactly is still `valid`. */
export type CounterState = 'valid' | 'lower-bound-reached' | 'upper-bound-reached';

/** A counter that a listener was added to has changed, or would have left its bounds (old value = new value). */
export interface CounterEvent {
  readonly counterName: string;
  /** The listener's id, as the client chose it. */
  readonly listenerId: Uint8Array;
  readonly oldState: CounterState;
  readonly newState: CounterState;
  readonly oldValue: bigint;
  readonly newValue: bigint;
}

/** The opcode of counter events. */
export const COUNTER_EVENT_OPCODE = 0x66;

const STATES = ['valid', 'lower-bound-reached', 'upper-bound-reached'] as const;

interface Fields {
  counterName: string;
  listenerId: Uint8Array;
  states: { oldState: CounterState; newState: CounterState };
  oldValue: bigint;
  newValue: bigint;
}

const states = mapped<number, Fields['states']>(u8, {
  fromWire: (byte, cursor) => {
    const [oldState, newState] = [STATES[byte & 3], STATES[(byte >> 2) & 3]];
    if (oldState === undefined || newState === undefined || byte > 0x0f) {
      throw cursor.malformed(`unknown counter state ${byte}`, cursor.reader.position - 1);
    }
    return { oldState, newState };
  },
  toWire: ({ oldState, newState }) => STATES.indexOf(oldState) | (STATES.indexOf(newState) << 2),
});

/**
 * Behind the response header:
 *
 * ```
 *   string counterName   bytes listenerId   u8 states (bits 0-1 old, 2-3 new)   i64 oldValue   i64 newValue
 * ```
 */
export const counterEvent: Codec<CounterEvent> = mapped<Fields, CounterEvent>(
  struct<Fields>(
    field('counterName', string),
    field('listenerId', bytes),
    field('states', states),
    field('oldValue', i64),
    field('newValue', i64),
  ),
  {
    layout: 'counterEvent',
    fromWire: ({ states: both, ...rest }) => ({ ...rest, ...both }),
    toWire: ({ oldState, newState, ...rest }) => ({ ...rest, states: { oldState, newState } }),
  },
);
