import { HotRodError } from '../hotrod-error.js';

/** The port that the Internet Assigned Numbers Authority lists for Hot Rod. */
export const DEFAULT_PORT = 11222;

/** Where a server listens. `host` is a name or an address without brackets. */
export interface ServerAddress {
  /** Name or address. */
  readonly host: string;
  /** 1 to 65,535. */
  readonly port: number;
}

/** Reads `host`, `host:port`, `[::1]` or `[::1]:port`; without a port it is 11222. Throws `HOTROD_INVALID_ARGUMENT`. */
export function parseServerAddress(text: string): ServerAddress {
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^\s:/?#@[\]]+))(?::([^:]*))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined) {
    throw invalid(
      `not a server address: ${JSON.stringify(text)}; write host, host:port or [IPv6 address]:port`,
    );
  }
  return { host, port: match[3] === undefined ? DEFAULT_PORT : parsePort(match[3], text) };
}

/** `host:port`, an IPv6 address in brackets. */
export function formatServerAddress({ host, port }: ServerAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parsePort(text: string, address: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw invalid(`bad port ${JSON.stringify(text)} in ${JSON.stringify(address)}; give 1 to 65535`);
}

function invalid(message: string): HotRodError {
  return new HotRodError(message, { code: 'HOTROD_INVALID_ARGUMENT' });
}
