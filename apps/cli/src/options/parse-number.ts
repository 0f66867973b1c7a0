import { InvalidArgumentError } from 'commander';

/** A TCP port to listen on; 0 takes a free one. */
export function parsePort(text: string): number {
  return wholeNumber(text, 0, 65_535, 'a port from 0 (any free one) to 65535');
}

/** A count of things, 1 or more. */
export function parseCount(text: string): number {
  return wholeNumber(text, 1, Number.MAX_SAFE_INTEGER, 'a whole number from 1 on');
}

/** The seed of pseudo-random numbers. */
export function parseSeed(text: string): number {
  return wholeNumber(text, 0, 0xffff_ffff, 'a whole number from 0 to 4294967295');
}

function wholeNumber(text: string, min: number, max: number, what: string): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max)) throw new InvalidArgumentError(`Give ${what}.`);
  return number;
}
