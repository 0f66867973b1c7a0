import { HotRodError } from '../hotrod-error.js';
import { debugLog } from '../observe/debug-log.js';
import type { SaslMechanismName } from '../sasl/sasl-mechanism.js';
import type { HotRodAuthOptions } from './auth-options.js';
import type { HotRodClientOptions, Intelligence, SiteOptions } from './options.js';
import { propertyRule } from './property-rules.js';
import { parseServerAddress, type ServerAddress } from './server-address.js';
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
  readonly sites: Record<string, Mutable<Partial<SiteOptions>>>;
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
    if (auth.username !== undefined) throw new PropertyMistake(`${name} stands beside a user before the @`);
    auth.username = value;
  },
  auth_password: ({ auth }, value, name) => {
    if (auth.password !== undefined)
      throw new PropertyMistake(`${name} stands beside a password before the @`);
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
    if (!/^pem$/i.test(value)) throw unsupported(`${name}=${value}`, 'a trust store must be PEM');
  },
  key_store_file_name: ({ files }, value) => {
    files.keyStore = value;
  },
  // The file itself says which of the two it is.
  key_store_type: (_, value, name) => {
    if (!/^(?:pem|pkcs12|pfx|p12)$/i.test(value)) {
      throw unsupported(`${name}=${value}`, 'a key store must be PEM or PKCS12');
    }
  },
  key_store_password: ({ files }, value) => {
    files.password = value;
  },
  client_intelligence: ({ options }, value, name) => {
    options.intelligence = intelligenceOf(value, name);
  },
  server_list: ({ options }, value) => {
    options.servers = serversOf(value);
  },
};

/** What goes into {@link optionsOfProperties} beside the properties. */
export interface PropertyContext {
  readonly options: HotRodClientOptions;
  readonly username?: string;
  readonly password?: string;
  /** Whether TLS is asked for already. */
  readonly secure: boolean;
}

/**
 * Client options of properties of the Java client, names without the prefix. Throws a {@link PropertyMistake} on unknown
 * names and bad values, `HOTROD_UNSUPPORTED` on what {@link propertyRule} refuses.
 */
export function optionsOfProperties(
  properties: ReadonlyMap<string, string>,
  { options, username, password, secure }: PropertyContext,
): HotRodClientOptions {
  const draft: Draft = {
    options: { ...options },
    auth: {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    },
    tls: {},
    files: {},
    sites: {},
  };
  for (const [name, value] of properties) apply(draft, name, value);
  return { ...draft.options, ...authOf(draft), ...tlsOf(draft, secure), ...sitesOf(draft) };
}

function apply(draft: Draft, name: string, value: string): void {
  const rule = propertyRule(name);
  const setter = Object.hasOwn(SETTERS, name) ? SETTERS[name] : undefined;
  const site = /^cluster\.(intelligence\.)?(.+)$/.exec(name);
  if (setter !== undefined) setter(draft, value, name);
  else if (site?.[2] !== undefined) setSite(draft, site[2], site[1] !== undefined, value, name);
  else if (rule === undefined) throw new PropertyMistake(`unknown property ${JSON.stringify(name)}`);
  else if (rule.fate === 'ignored' || rule.harmless?.test(value)) {
    debugLog('the property %s is ignored: %s', name, rule.note);
  } else {
    throw unsupported(`the property ${name}=${value}`, rule.note);
  }
}

function setSite({ sites }: Draft, site: string, isIntelligence: boolean, value: string, name: string): void {
  sites[site] ??= {};
  if (isIntelligence) sites[site].intelligence = intelligenceOf(value, name);
  else sites[site].servers = serversOf(value);
}

function sitesOf({ sites }: Draft): Pick<HotRodClientOptions, 'sites'> {
  const named = Object.entries(sites).map(([name, { servers, intelligence }]) => {
    if (servers === undefined) throw new PropertyMistake(`cluster.${name} names no server`);
    return [name, { servers, ...(intelligence === undefined ? {} : { intelligence }) }] as const;
  });
  return named.length === 0 ? {} : { sites: Object.fromEntries(named) };
}

function authOf({ auth, useAuth }: Draft): Pick<HotRodClientOptions, 'auth'> {
  const given = Object.keys(auth).length > 0;
  if (useAuth === false && given) throw new PropertyMistake('use_auth=false, but it says who logs in');
  return given || useAuth ? { auth } : {};
}

/** As with the Java client, naming a store or a host for SNI is asking for TLS. */
function tlsOf({ tls, files, useTls }: Draft, secure: boolean): { readonly tls?: HotRodTls } {
  const hasFiles = Object.keys(files).length > 0;
  const given = hasFiles || Object.keys(tls).length > 0;
  if (useTls === false && (secure || given)) throw new PropertyMistake('use_ssl=false, but it asks for TLS');
  if (!(useTls || secure || given)) return {};
  return { tls: hasFiles ? async () => ({ ...(await readTlsFiles(files)), ...tls }) : tls };
}

function tlsVersionOf(value: string, name: string): 'TLSv1.2' | 'TLSv1.3' {
  if (value === 'TLSv1.2' || value === 'TLSv1.3') return value;
  throw new PropertyMistake(`${name} is ${JSON.stringify(value)}; give TLSv1.2 or TLSv1.3`);
}

function protocolOf(value: string): HotRodClientOptions['protocol'] {
  const known = value.toLowerCase();
  return (
    known === 'auto' ? known : known.replace(/^protocol_version_(\d)(\d)$/, '$1.$2')
  ) as HotRodClientOptions['protocol'];
}

function numberOf(value: string, name: string): number {
  if (/^\d{1,10}$/.test(value)) return Number(value);
  throw new PropertyMistake(`${name} is ${JSON.stringify(value)}; give a whole number`);
}

function booleanOf(value: string, name: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new PropertyMistake(`${name} is ${JSON.stringify(value)}; give true or false`);
}

function intelligenceOf(value: string, name: string): Intelligence {
  const known = Object.hasOwn(INTELLIGENCE, value.toUpperCase())
    ? INTELLIGENCE[value.toUpperCase()]
    : undefined;
  if (known !== undefined) return known;
  const names = Object.keys(INTELLIGENCE).join(', ');
  throw new PropertyMistake(`${name} is ${JSON.stringify(value)}; give one of ${names}`);
}

const INTELLIGENCE: Readonly<Record<string, Intelligence>> = {
  BASIC: 'basic',
  TOPOLOGY_AWARE: 'topology',
  HASH_DISTRIBUTION_AWARE: 'hash',
};

/** The Java client separates them by semicolons. */
function serversOf(value: string): ServerAddress[] {
  try {
    return value.split(/[;,]/).map((server) => parseServerAddress(server.trim()));
  } catch (error) {
    throw HotRodError.is(error) ? new PropertyMistake(error.message) : error;
  }
}

function unsupported(what: string, why: string): HotRodError {
  return new HotRodError(`${what} is not supported by this client: ${why}`, { code: 'HOTROD_UNSUPPORTED' });
}

/** A property that is none, or says what cannot be. Whoever read the properties knows what to call that. */
export class PropertyMistake extends Error {
  override readonly name = 'PropertyMistake';
}
