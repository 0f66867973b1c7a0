import { InvalidArgumentError } from 'commander';

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `300ms`, `5s`, `10m`, `2h`, `7d`, or a plain number of milliseconds, as milliseconds greater than 0. */
export function parseDurationMs(text: string): number {
  return duration(text, 'ms');
}

/** As {@link parseDurationMs}, but a plain number counts seconds, the unit of HustDB's `ttl`. */
export function parseTtlMs(text: string): number {
  return duration(text, 's');
}

/** As {@link parseDurationMs}, and 0 is allowed. */
export function parseSettleMs(text: string): number {
  return /^0+(ms|s|m|h|d)?$/.test(text) ? 0 : duration(text, 'ms', '0, or a duration');
}

function duration(text: string, plainUnit: string, wanted = 'a duration greater than 0'): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text);
  const ms = match === null ? 0 : Math.round(Number(match[1]) * unitMs[match[2] ?? plainUnit]!);
  if (!(ms > 0) || !Number.isSafeInteger(ms)) {
    throw new InvalidArgumentError(`Give ${wanted}, such as 300ms, 5s, 10m or 2h.`);
  }
  return ms;
}
