import { HotRodError } from './hotrod-error.js';
import type { HotRodClientOptions } from './options.js';
import type { HotRodUri } from './parse-hotrod-uri.js';

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };
type Setter = (options: Mutable<HotRodClientOptions>, value: string, name: string) => void;

/** Properties under the names that the Java client documents, and what they set here. */
const SETTERS: Readonly<Record<string, Setter>> = {
  protocol_version: (options, value) => {
    options.protocol = protocolOf(value);
  },
  connect_timeout: (options, value, name) => {
    options.connectTimeoutMs = numberOf(value, name);
  },
  socket_timeout: (options, value, name) => {
    options.timeoutMs = numberOf(value, name);
  },
  max_retries: (options, value, name) => {
    options.maxRetries = numberOf(value, name);
  },
  tcp_no_delay: (options, value, name) => {
    options.tcpNoDelay = booleanOf(value, name);
  },
  tcp_keep_alive: (options, value, name) => {
    options.tcpKeepAlive = booleanOf(value, name);
  },
  use_ssl: (_, value, name) => {
    if (booleanOf(value, name)) throw unsupported('TLS (use_ssl=true)');
  },
  use_auth: (_, value, name) => {
    if (booleanOf(value, name)) throw unsupported('authentication (use_auth=true)');
  },
  // One connection to one server answers every intelligence the same way.
  client_intelligence: (_, value, name) => {
    if (/^(?:BASIC|TOPOLOGY_AWARE|HASH_DISTRIBUTION_AWARE)$/i.test(value)) return;
    throw invalid(
      `${name} is ${JSON.stringify(value)}; give BASIC, TOPOLOGY_AWARE or HASH_DISTRIBUTION_AWARE`,
    );
  },
};

/** Documented by the Java client and not done here: to pass over them in silence would be to promise too much. */
const KNOWN_ELSEWHERE =
  /^(?:auth_|sasl_|trust_store_|key_store_|key_alias|sni_host_name|ssl_|cluster\.|near_cache|cache\.|marshaller|context-initializers|java_serial|hash_function_impl|force_return_values|request_balancing|transaction|statistics|jmx|connection_pool|async_executor|server_failure_timeout|batch_size|dns_|default_executor|rec_|allow-list|tracing|key_size_estimate|value_size_estimate|server_list|uri)/;

/** Client options of a URI. Throws `HOTROD_INVALID_URI` on unknown properties, `HOTROD_UNSUPPORTED` on what is not done yet. */
export function optionsFromUri(uri: HotRodUri): HotRodClientOptions {
  if (uri.secure) throw unsupported('TLS (hotrods://)');
  if (uri.username !== undefined) throw unsupported('authentication (user:password@ in the URI)');
  const options: Mutable<HotRodClientOptions> = { servers: uri.servers, cache: uri.cache };
  for (const [name, value] of uri.properties) {
    const set = Object.hasOwn(SETTERS, name) ? SETTERS[name] : undefined;
    if (set !== undefined) set(options, value, name);
    else if (KNOWN_ELSEWHERE.test(name)) throw unsupported(`the property ${name}`);
    else
      throw invalid(`unknown property ${JSON.stringify(name)}; known are ${Object.keys(SETTERS).join(', ')}`);
  }
  return options;
}

function protocolOf(value: string): HotRodClientOptions['protocol'] {
  const known = value.toLowerCase();
  return (
    known === 'auto' ? known : known.replace(/^protocol_version_(\d)(\d)$/, '$1.$2')
  ) as HotRodClientOptions['protocol'];
}

function numberOf(value: string, name: string): number {
  if (/^\d{1,10}$/.test(value)) return Number(value);
  throw invalid(`${name} is ${JSON.stringify(value)}; give a whole number`);
}

function booleanOf(value: string, name: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw invalid(`${name} is ${JSON.stringify(value)}; give true or false`);
}

function unsupported(what: string): HotRodError {
  return new HotRodError(`${what} is not supported yet by this client; nothing was sent`, {
    code: 'HOTROD_UNSUPPORTED',
  });
}

function invalid(why: string): HotRodError {
  return new HotRodError(`not a usable Hot Rod URI: ${why}`, { code: 'HOTROD_INVALID_URI' });
}
