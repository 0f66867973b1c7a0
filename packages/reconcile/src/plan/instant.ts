/**
 * A number or a time that a document holds. Of two, only those of one kind can be compared: a `day` may lie before or
 * after a `time` of that day.
 */
export interface Instant {
  readonly kind: 'number' | 'day' | 'time';
  /** The number itself, or milliseconds since the epoch of the whole second. */
  readonly whole: number;
  /** Digits behind the second's point, so many that texts of any precision compare: Java writes nanoseconds. */
  readonly fraction: string;
}

/** ISO 8601 as `Date.prototype.toISOString` and RFC 3339 write it, or a date alone. Without a zone it could be any time. */
const iso = /^(\d{4}-\d{2}-\d{2})(?:[Tt](\d{2}:\d{2})(:\d{2})?(?:[.,](\d{1,12}))?([Zz]|[+-]\d{2}:?\d{2}))?$/;

const fractionDigits = 12;

/** Reads a member of a JSON document; `undefined` where it is neither a number nor such a time. */
export function instantOf(member: unknown): Instant | undefined {
  if (typeof member === 'number' && Number.isFinite(member)) {
    return { kind: 'number', whole: member, fraction: '' };
  }
  const [, day, minute, second = ':00', fraction = '', zone = ''] =
    (typeof member === 'string' && iso.exec(member)) || [];
  if (day === undefined || !isOfCalendar(day)) return undefined;
  const whole = Date.parse(minute === undefined ? day : `${day}T${minute}${second}${zone.toUpperCase()}`);
  if (Number.isNaN(whole)) return undefined;
  return {
    kind: minute === undefined ? 'day' : 'time',
    whole,
    fraction: fraction.padEnd(fractionDigits, '0'),
  };
}

/** Less than 0, 0 or more than 0, as the first is earlier, the same or later. Both are of one kind. */
export function compareInstants(first: Instant, second: Instant): number {
  if (first.whole !== second.whole) return first.whole < second.whole ? -1 : 1;
  if (first.fraction === second.fraction) return 0;
  return first.fraction < second.fraction ? -1 : 1;
}

/** `Date.parse` takes the 31st of February for the 3rd of March. */
function isOfCalendar(day: string): boolean {
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}
