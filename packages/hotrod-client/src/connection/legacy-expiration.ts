import {
  durationMs,
  type ProtocolVersion,
  versionByte,
  type WireDuration,
  type WireExpiration,
} from '@kvtwin/hotrod-protocol';

const FIRST_LITERAL_VERSION = versionByte('3.0');
const FIRST_VERSION_WITH_UNITS = versionByte('2.2');
/** Before that the wire has 31 bits of seconds, up to the year 2038; a later end is taken as none. */
const LATEST_SECOND_MS = 0x7fff_ffff * 1_000;
const LONGEST_RELATIVE_MS = 30 * 86_400_000;

/**
 * The body of a request so that a server of this version understands its expiration as it was meant. Hot Rod
 * §expiration: before 3.0 more than 30 days is a time on the server's clock, not a duration.
 */
export function requestForVersion(request: unknown, version: ProtocolVersion, nowMs: () => number): unknown {
  if (versionByte(version) >= FIRST_LITERAL_VERSION || !hasExpiration(request)) return request;
  const { lifespan, maxIdle } = request.expiration;
  const latestEndMs =
    versionByte(version) < FIRST_VERSION_WITH_UNITS ? LATEST_SECOND_MS : Number.MAX_SAFE_INTEGER;
  const expiration = {
    lifespan: absoluteIfLong(lifespan, nowMs, latestEndMs),
    maxIdle: absoluteIfLong(maxIdle, nowMs, latestEndMs),
  };
  return { ...request, expiration };
}

function absoluteIfLong(duration: WireDuration, nowMs: () => number, latestEndMs: number): WireDuration {
  const ms = durationMs(duration) ?? 0;
  if (ms <= LONGEST_RELATIVE_MS) return duration;
  const endMs = Math.ceil(nowMs() + ms);
  return endMs <= latestEndMs ? { unit: 'milliseconds', amount: endMs } : { unit: 'infinite' };
}

function hasExpiration(request: unknown): request is { readonly expiration: WireExpiration } {
  return typeof request === 'object' && request !== null && 'expiration' in request;
}
