import type { HustDbClientOptions } from './client-options.js';
import { HustDbClientError } from './hustdb-client-error.js';

/** The schemes: a storage node, and an HA front; with the port each listens on as shipped. */
const DEFAULT_PORTS = { hustdb: 8085, 'hustdb+ha': 8082 } as const;

export type HustDbScheme = keyof typeof DEFAULT_PORTS;

/**
 * Reads `hustdb://[user:password@]host[:port]` or `hustdb+ha://…`. User and password are percent-decoded. A storage node's may end
 * in `?connections=4&pipelining=8`, numbers as the options of those names.
 * Throws `HUSTDB_INVALID_URL`; its message never shows the credentials.
 */
export function parseHustDbUrl(url: string, scheme: HustDbScheme): HustDbClientOptions {
  const prefix = `${scheme}://`;
  if (!url.toLowerCase().startsWith(prefix)) throw invalid(scheme, 'it does not begin so');
  let parsed: URL;
  try {
    parsed = new URL(`http://${url.slice(prefix.length)}`);
  } catch {
    throw invalid(scheme, 'host or port is none');
  }
  if (parsed.pathname !== '/' && parsed.pathname !== '')
    throw invalid(scheme, `it has a path, ${parsed.pathname}`);
  if (parsed.hash !== '') throw invalid(scheme, 'it has a fragment');
  const numbers = numbersOf(parsed, scheme);
  if (parsed.hostname === '') throw invalid(scheme, 'it has no host');
  // The URL class drops http's own port 80.
  const explicit = /:80$/.test(url.slice(prefix.length).replace(/\/.*$/, '')) ? 80 : undefined;
  const port = explicit ?? (parsed.port === '' ? DEFAULT_PORTS[scheme] : Number(parsed.port));
  if (port === 0) throw invalid(scheme, 'port 0 is none');
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  if (parsed.username === '' && parsed.password === '') return { host, port, ...numbers };
  return {
    host,
    port,
    ...numbers,
    auth: { user: decode(scheme, parsed.username), password: decode(scheme, parsed.password) },
  };
}

const NUMBERS = ['connections', 'pipelining'] as const;

function numbersOf(
  { searchParams }: URL,
  scheme: HustDbScheme,
): Partial<Record<(typeof NUMBERS)[number], number>> {
  const numbers: Partial<Record<(typeof NUMBERS)[number], number>> = {};
  for (const [name, value] of searchParams) {
    const known = scheme === 'hustdb' ? NUMBERS.find((number) => number === name) : undefined;
    if (known === undefined) throw invalid(scheme, `it takes no option ${name}`);
    if (!/^[1-9]\d{0,2}$/.test(value)) throw invalid(scheme, `${name} must be a number from 1 to 999`);
    if (numbers[known] !== undefined) throw invalid(scheme, `${name} is given twice`);
    numbers[known] = Number(value);
  }
  return numbers;
}

function decode(scheme: HustDbScheme, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(scheme, 'its credentials are not percent-encoded UTF-8');
  }
}

function invalid(scheme: HustDbScheme, why: string): HustDbClientError {
  return new HustDbClientError(`the address must be ${scheme}://[user:password@]host[:port]: ${why}`, {
    code: 'HUSTDB_INVALID_URL',
  });
}
