import {
  durationMs,
  type ProtocolVersion,
  versionByte,
  type WireDuration,
  type WireExpiration,
} from '@kvtwin/hotrod-protocol';

const FIRST_LITERAL_VERSION = versionByte('3.0');
const LONGEST_RELATIVE_MS = 30 * 86_400_000;

/**
 * The body of a request so that a server of this version understands its expiration as it was meant. Hot Rod
 * §expiration: before 3.0 more than 30 days is a time on the server's clock, not a duration.
 */
export function requestForVersion(request: unknown, version: ProtocolVersion, nowMs: () => number): unknown {
  if (versionByte(version) >= FIRST_LITERAL_VERSION || !hasExpiration(request)) return request;
  const { lifespan, maxIdle } = request.expiration;
  const expiration = { lifespan: absoluteIfLong(lifespan, nowMs), maxIdle: absoluteIfLong(maxIdle, nowMs) };
  return { ...request, expiration };
}

function absoluteIfLong(duration: WireDuration, nowMs: () => number): WireDuration {
  const ms = durationMs(duration) ?? 0;
  return ms > LONGEST_RELATIVE_MS ? { unit: 'milliseconds', amount: Math.ceil(nowMs() + ms) } : duration;
}

function hasExpiration(request: unknown): request is { readonly expiration: WireExpiration } {
  return typeof request === 'object' && request !== null && 'expiration' in request;
}
