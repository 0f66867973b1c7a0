import type { TimeUnit, WireDuration } from '@kvtwin/hotrod-protocol';
import { HotRodError } from '../hotrod-error.js';

/** Nanoseconds to days. The server keeps milliseconds: what is finer is cut off there. */
export type DurationUnit = 'ns' | 'us' | 'ms' | 's' | 'm' | 'h' | 'd';

/**
 * How long an entry lives: whole milliseconds, or a whole number with its unit (`'90s'`, `'5m'`). `'infinite'` never
 * ends; `'default'` is what the cache is configured with.
 */
export type Duration = number | `${number}${DurationUnit}` | 'infinite' | 'default';

const UNITS: Readonly<Record<DurationUnit, Exclude<TimeUnit, 'default' | 'infinite'>>> = {
  ns: 'nanoseconds',
  us: 'microseconds',
  ms: 'milliseconds',
  s: 'seconds',
  m: 'minutes',
  h: 'hours',
  d: 'days',
};

const CACHE_DEFAULT: WireDuration = { unit: 'default' };
const INFINITE: WireDuration = { unit: 'infinite' };

/** Reads a duration as the wire says it; throws `HOTROD_INVALID_ARGUMENT` on what is none, and on zero and less. */
export function parseDuration(name: string, given: Duration | undefined): WireDuration {
  if (given === undefined || given === 'default') return CACHE_DEFAULT;
  if (given === 'infinite') return INFINITE;
  const match = typeof given === 'number' ? null : /^(\d{1,16})(ns|us|ms|s|m|h|d)$/.exec(given);
  const amount = typeof given === 'number' ? given : Number(match?.[1]);
  if (Number.isSafeInteger(amount) && amount > 0) {
    return { unit: match === null ? 'milliseconds' : UNITS[match[2] as DurationUnit], amount };
  }
  throw new HotRodError(
    `${name} is ${typeof given === 'string' ? JSON.stringify(given) : String(given)}; give whole milliseconds above 0, a text such as '90s', 'infinite' or 'default'`,
    { code: 'HOTROD_INVALID_ARGUMENT' },
  );
}
