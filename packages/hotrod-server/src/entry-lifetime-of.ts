import {
  RequestFlag,
  type RequestHeader,
  resolveDuration,
  type WireDuration,
  type WireExpiration,
} from '@kvtwin/hotrod-protocol';
import type { EntryLifetime } from './cache-entry.js';

/**
 * How long a write's entry lives: what the request says by the rules of its version (Hot Rod 4.0 §expiration
 * parameters), and the cache's own lifetime where it asks for the default.
 */
export function entryLifetimeOf(
  expiration: WireExpiration | undefined,
  header: RequestHeader,
  defaults: EntryLifetime,
  nowMs: number,
): EntryLifetime {
  const resolve = (
    duration: WireDuration,
    flag: number,
    configured: number | undefined,
  ): number | undefined => {
    const defaultFlag = (header.flags & flag) !== 0;
    const ms = resolveDuration(duration, { version: header.version, defaultFlag, nowMs });
    if (ms === 'default') {
      return configured;
    }
    return ms === 'infinite' ? undefined : ms;
  };
  const { lifespan, maxIdle } = expiration ?? { lifespan: never, maxIdle: never };
  return {
    lifespanMs: resolve(lifespan, RequestFlag.DEFAULT_LIFESPAN, defaults.lifespanMs),
    maxIdleMs: resolve(maxIdle, RequestFlag.DEFAULT_MAX_IDLE, defaults.maxIdleMs),
  };
}

const never: WireDuration = { unit: 'infinite' };
