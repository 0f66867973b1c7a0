import {
  expiryInstantMs,
  type StoreCapabilities,
  type VersionedValue,
  type WriteOptions,
} from '@kvtwin/versioned-value';
import type { MappingRule } from './mapping.js';

/** The expiration of a copy, and what is to be told of it. */
export interface CopiedExpiration {
  readonly options: Pick<WriteOptions, 'lifespanMs' | 'maxIdleMs'>;
  /** The entry is over already: there is nothing to copy. */
  readonly expired: boolean;
  /** The source does not tell when the entry expires. */
  readonly unknown: boolean;
  /** The mapping gave it a lifespan. */
  readonly mapped: boolean;
  /** The target cannot keep its lifespan or max-idle. */
  readonly cut: boolean;
  /** When the source's entry expires; undefined: never, or not told. */
  readonly expiresAtMs: number | undefined;
}

/** What the target can keep. */
export interface ExpirationLimits
  extends Pick<StoreCapabilities, 'lifespan' | 'maxIdle' | 'expirationUnitMs'> {
  /** The longest lifespan it takes, in milliseconds. */
  readonly maxLifespanMs?: number | undefined;
}

/**
 * How long a copy of `entry` is to live: as the mapping says, else what is left of the entry's own time, rounded to the
 * nearest unit of the target. A lifespan that the target cannot keep is left out, and said to be.
 */
export function copiedExpiration(
  entry: VersionedValue,
  rule: MappingRule,
  target: ExpirationLimits,
  nowMs: number,
): CopiedExpiration {
  const { expiration } = entry;
  const endsMs = expiryInstantMs(entry);
  const finite = endsMs !== undefined && Number.isFinite(endsMs) ? endsMs : undefined;
  const unknown = expiration.kind === 'unknown' || endsMs === undefined;
  const carriedIdle = expiration.kind === 'mortal' ? expiration.maxIdleMs : undefined;
  const lifespanMs = wanted(rule.lifespan, finite === undefined ? undefined : finite - nowMs);
  const maxIdleMs = wanted(rule.maxIdle, carriedIdle);
  const keepsLifespan = lifespanMs === undefined || fits(lifespanMs, target);
  const keepsIdle = maxIdleMs === undefined || target.maxIdle;
  return {
    options: {
      ...(lifespanMs === undefined || !keepsLifespan ? {} : { lifespanMs: inUnits(lifespanMs, target) }),
      ...(maxIdleMs === undefined || !keepsIdle ? {} : { maxIdleMs: inUnits(maxIdleMs, target) }),
    },
    expired: finite !== undefined && finite <= nowMs,
    unknown,
    mapped: typeof rule.lifespan === 'number',
    cut: !keepsLifespan || !keepsIdle,
    expiresAtMs: finite,
  };
}

function wanted(mapped: MappingRule['lifespan'], carried: number | undefined): number | undefined {
  if (mapped === 'unlimited') return undefined;
  return typeof mapped === 'number' ? mapped : carried;
}

function fits(lifespanMs: number, { lifespan, maxLifespanMs }: ExpirationLimits): boolean {
  return lifespan && lifespanMs <= (maxLifespanMs ?? Number.POSITIVE_INFINITY);
}

/** At least one unit: what still lives is not written as expired. */
function inUnits(ms: number, { expirationUnitMs }: ExpirationLimits): number {
  return Math.max(1, Math.round(ms / expirationUnitMs)) * expirationUnitMs;
}
