/** Units of a duration on the wire, in the order of their numbers 0 to 8. */
export const TIME_UNITS = [
  'seconds',
  'milliseconds',
  'nanoseconds',
  'microseconds',
  'minutes',
  'hours',
  'days',
  'default',
  'infinite',
] as const;

/** One of {@link TIME_UNITS}. */
export type TimeUnit = (typeof TIME_UNITS)[number];

/**
 * A lifespan or a max idle as it stands on the wire. `default`: what the cache is configured for; `infinite`: never.
 * Before 2.2 there are only seconds on the wire, where 0 or less means infinite, or the default with the header's flag.
 */
export type WireDuration =
  | { readonly unit: 'default' | 'infinite' }
  | { readonly unit: Exclude<TimeUnit, 'default' | 'infinite'>; readonly amount: number | bigint };

/** Milliseconds in one unit; a fraction for the units below it. */
export const UNIT_MS: Readonly<Record<Exclude<TimeUnit, 'default' | 'infinite'>, number>> = {
  nanoseconds: 1e-6,
  microseconds: 1e-3,
  milliseconds: 1,
  seconds: 1000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
};

/** The duration in milliseconds, a fraction of one cut off; undefined for default and infinite. */
export function durationMs(duration: WireDuration): number | undefined {
  return 'amount' in duration ? Math.trunc(Number(duration.amount) * UNIT_MS[duration.unit]) : undefined;
}
