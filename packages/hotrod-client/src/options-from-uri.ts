import type { HotRodAuthOptions } from './auth-options.js';
import { HotRodError } from './hotrod-error.js';
import type { HotRodClientOptions } from './options.js';
import type { HotRodUri } from './parse-hotrod-uri.js';
import type { SaslMechanismName } from './sasl/sasl-mechanism.js';
import { readTlsFiles, type TlsFiles } from './tls-files.js';
import type { HotRodTls, HotRodTlsOptions } from './tls-options.js';

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };
type Setter = (draft: Draft, value: string, name: string) => void;

/** What the properties have said so far. */
interface Draft {
  readonly options: Mutable<HotRodClientOptions>;
  readonly auth: Mutable<HotRodAuthOptions>;
  readonly tls: Mutable<HotRodTlsOptions>;
  readonly files: Mutable<TlsFiles>;
  useAuth?: boolean;
  useTls?: boolean;
}

/** Properties under the names that the Java client documents, and what they set here. */
const SETTERS: Readonly<Record<string, Setter>> = {
  protocol_version: ({ options }, value) => {
    options.protocol = protocolOf(value);
  },
  connect_timeout: ({ options }, value, name) => {
    options.connectTimeoutMs = numberOf(value, name);
  },
  socket_timeout: ({ options }, value, name) => {
    options.timeoutMs = numberOf(value, name);
  },
  max_retries: ({ options }, value, name) => {
    options.maxRetries = numberOf(value, name);
  },
  tcp_no_delay: ({ options }, value, name) => {
    options.tcpNoDelay = booleanOf(value, name);
  },
  tcp_keep_alive: ({ options }, value, name) => {
    options.tcpKeepAlive = booleanOf(value, name);
  },
  use_auth: (draft, value, name) => {
    draft.useAuth = booleanOf(value, name);
  },
  auth_username: ({ auth }, value, name) => {
    if (auth.username !== undefined) throw invalid(`${name} stands beside a user before the @`);
    auth.username = value;
  },
  auth_password: ({ auth }, value, name) => {
    if (auth.password !== undefined) throw invalid(`${name} stands beside a password before the @`);
    auth.password = value;
  },
  auth_token: ({ auth }, value) => {
    auth.token = value;
  },
  auth_realm: ({ auth }, value) => {
    auth.realm = value;
  },
  auth_server_name: ({ auth }, value) => {
    auth.serverName = value;
  },
  sasl_mechanism: ({ auth }, value) => {
    auth.mechanism = value.toUpperCase() as SaslMechanismName;
  },
  use_ssl: (draft, value, name) => {
    draft.useTls = booleanOf(value, name);
  },
  sni_host_name: ({ tls }, value) => {
    tls.servername = value;
  },
  ssl_protocol: ({ tls }, value, name) => {
    tls.minVersion = tls.maxVersion = tlsVersionOf(value, name);
  },
  ssl_hostname_validation: ({ tls }, value, name) => {
    if (!booleanOf(value, name)) tls.checkServerIdentity = () => undefined;
  },
  trust_store_file_name: ({ files }, value) => {
    files.trustStore = value;
  },
  trust_store_type: (_, value, name) => {
    if (!/^pem$/i.test(value)) throw unsupported(`${name}=${value} (a trust store must be PEM)`);
  },
  key_store_file_name: ({ files }, value) => {
    files.keyStore = value;
  },
  // The file itself says which of the two it is.
  key_store_type: (_, value, name) => {
    if (!/^(?:pem|pkcs12|pfx|p12)$/i.test(value)) {
      throw unsupported(`${name}=${value} (a key store must be PEM or PKCS12)`);
    }
  },
  key_store_password: ({ files }, value) => {
    files.password = value;
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
  /^(?:auth_|sasl_|trust_store_|key_store_|key_alias|ssl_|cluster\.|near_cache|cache\.|marshaller|context-initializers|java_serial|hash_function_impl|force_return_values|request_balancing|transaction|statistics|jmx|connection_pool|async_executor|server_failure_timeout|batch_size|dns_|default_executor|rec_|allow-list|tracing|key_size_estimate|value_size_estimate|server_list|uri)/;

/** Client options of a URI. Throws `HOTROD_INVALID_URI` on unknown properties, `HOTROD_UNSUPPORTED` on what is not done yet. */
export function optionsFromUri(uri: HotRodUri): HotRodClientOptions {
  const { servers, cache, username, password } = uri;
  const draft: Draft = {
    options: { servers, cache },
    auth: {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    },
    tls: {},
    files: {},
  };
  for (const [name, value] of uri.properties) {
    const set = Object.hasOwn(SETTERS, name) ? SETTERS[name] : undefined;
    if (set !== undefined) set(draft, value, name);
    else if (KNOWN_ELSEWHERE.test(name)) throw unsupported(`the property ${name}`);
    else
      throw invalid(`unknown property ${JSON.stringify(name)}; known are ${Object.keys(SETTERS).join(', ')}`);
  }
  return { ...draft.options, ...authOf(draft), ...tlsOf(draft, uri.secure) };
}

function authOf({ auth, useAuth }: Draft): Pick<HotRodClientOptions, 'auth'> {
  const given = Object.keys(auth).length > 0;
  if (useAuth === false && given) throw invalid('use_auth=false, but it says who logs in');
  return given || useAuth ? { auth } : {};
}

/** As with the Java client, naming a store or a host for SNI is asking for TLS. */
function tlsOf({ tls, files, useTls }: Draft, secure: boolean): { readonly tls?: HotRodTls } {
  const hasFiles = Object.keys(files).length > 0;
  const given = hasFiles || Object.keys(tls).length > 0;
  if (useTls === false && (secure || given)) throw invalid('use_ssl=false, but it asks for TLS');
  if (!(useTls || secure || given)) return {};
  return { tls: hasFiles ? async () => ({ ...(await readTlsFiles(files)), ...tls }) : tls };
}

function tlsVersionOf(value: string, name: string): 'TLSv1.2' | 'TLSv1.3' {
  if (value === 'TLSv1.2' || value === 'TLSv1.3') return value;
  throw invalid(`${name} is ${JSON.stringify(value)}; give TLSv1.2 or TLSv1.3`);
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
