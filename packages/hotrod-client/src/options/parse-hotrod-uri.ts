import { HotRodError } from '../hotrod-error.js';
import { formatServerAddress, parseServerAddress, type ServerAddress } from './server-address.js';

/** The parts of a Hot Rod URI, percent-decoded. */
export interface HotRodUri {
  /** `hotrods://`: TLS is asked for. */
  readonly secure: boolean;
  /** Before the `@`. */
  readonly username?: string;
  /** Not enumerable, so that it stays out of logs. */
  readonly password?: string;
  /** In the order of the URI. */
  readonly servers: readonly ServerAddress[];
  /** The cache that the path names; the Java client has no path, here it is the default cache of the client. */
  readonly cache?: string;
  /** Property names as the Java client documents them, without the prefix `infinispan.client.hotrod.`. */
  readonly properties: ReadonlyMap<string, string>;
}

const PREFIX = 'infinispan.client.hotrod.';

/**
 * Reads `hotrod[s]://[user[:password]@]host[:port][,host[:port]…][/cache][?property=value[&…]]`, as the Java client
 * documents it (without the path). Throws `HOTROD_INVALID_URI`; messages never show the password.
 */
export function parseHotRodUri(text: string): HotRodUri {
  const match = /^(hotrods?):\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i.exec(text);
  if (match === null) {
    throw invalid(
      'it must look like hotrod://[user:password@]host[:port][,host[:port]][/cache][?property=value]',
    );
  }
  const [, scheme = '', authority = '', path = '', query = ''] = match;
  const at = authority.lastIndexOf('@');
  const uri = {
    secure: scheme.toLowerCase() === 'hotrods',
    servers: parseServers(authority.slice(at + 1)),
    ...(path === '' ? {} : { cache: decode(path, 'the cache name') }),
    properties: parseProperties(query),
  };
  return at < 0 ? uri : withCredentials(uri, authority.slice(0, at));
}

/** The URI without credentials and properties, for messages: `hotrod://127.0.0.1:11222/users`. */
export function describeHotRodUri(uri: Pick<HotRodUri, 'secure' | 'servers' | 'cache'>): string {
  const servers = uri.servers.map(formatServerAddress).join(',');
  const path = uri.cache === undefined ? '' : `/${encodeURIComponent(uri.cache)}`;
  return `${uri.secure ? 'hotrods' : 'hotrod'}://${servers}${path}`;
}

function parseServers(text: string): ServerAddress[] {
  if (text === '') throw invalid('it names no server');
  return text.split(',').map((server) => {
    try {
      // In a URI the zone of an IPv6 address stands behind %25 (RFC 6874).
      return parseServerAddress(server.replace(/^(\[[^\]%]*)%25/, '$1%'));
    } catch (error) {
      throw HotRodError.is(error) ? invalid(error.message, error) : error;
    }
  });
}

function parseProperties(query: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const given = decode(equals < 0 ? part : part.slice(0, equals), 'a property name');
    if (equals <= 0) throw invalid(`the property ${JSON.stringify(given)} has no value; write name=value`);
    const name = given.startsWith(PREFIX) ? given.slice(PREFIX.length) : given;
    if (properties.has(name)) throw invalid(`the property ${name} is given twice`);
    properties.set(name, decode(part.slice(equals + 1), `the property ${name}`));
  }
  return properties;
}

function withCredentials(uri: HotRodUri, userInfo: string): HotRodUri {
  const colon = userInfo.indexOf(':');
  const username = decode(colon < 0 ? userInfo : userInfo.slice(0, colon), 'the user name');
  if (username === '') throw invalid('the user name before the @ is empty');
  const complete = { ...uri, username };
  if (colon < 0) return complete;
  const password = decode(userInfo.slice(colon + 1), 'the password');
  return Object.defineProperty(complete, 'password', { value: password, enumerable: false });
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw invalid(`${what} has a malformed percent escape`, cause);
  }
}

function invalid(why: string, cause?: unknown): HotRodError {
  return new HotRodError(`not a usable Hot Rod URI: ${why}`, { code: 'HOTROD_INVALID_URI', cause });
}
