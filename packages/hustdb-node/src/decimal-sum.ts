/** Digits behind the point that a sum keeps, as the real node's formatting does. */
const MAX_DIGITS = 17;

/** Largest exponent taken; beyond it a sum would be thousands of digits long. */
const MAX_EXPONENT = 300;

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** The sum of two decimals without an exponent and without trailing zeros; undefined where one is no number. */
export function addDecimals(a: string, b: string): string | undefined {
  const [left, right] = [parse(a), parse(b)];
  if (left === undefined || right === undefined) return undefined;
  const digits = Math.max(left.digits, right.digits);
  return format(scaled(left, digits) + scaled(right, digits), digits);
}

/** `units` × 10^-`digits`. */
interface Decimal {
  readonly units: bigint;
  readonly digits: number;
}

function parse(text: string): Decimal | undefined {
  const match = text.length > 400 ? null : DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  if (whole + fraction === '' || Math.abs(exponent) > MAX_EXPONENT) return undefined;
  const units = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n);
  const digits = fraction.length - exponent;
  return digits >= 0 ? { units, digits } : { units: units * 10n ** BigInt(-digits), digits: 0 };
}

function scaled({ units, digits }: Decimal, wanted: number): bigint {
  return units * 10n ** BigInt(wanted - digits);
}

function format(units: bigint, digits: number): string {
  const rounded = digits > MAX_DIGITS ? roundOff(units, 10n ** BigInt(digits - MAX_DIGITS)) : units;
  const kept = Math.min(digits, MAX_DIGITS);
  const magnitude = (rounded < 0n ? -rounded : rounded).toString().padStart(kept + 1, '0');
  const whole = magnitude.slice(0, magnitude.length - kept);
  const fraction = magnitude.slice(magnitude.length - kept).replace(/0+$/, '');
  return `${rounded < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

function roundOff(units: bigint, by: bigint): bigint {
  const half = units < 0n ? -by / 2n : by / 2n;
  return (units + half) / by;
}
