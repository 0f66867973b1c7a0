/**
 * What becomes of a property of the Java client: `set`: it sets an option here; `ignored`: it would change nothing here;
 * `refused`: the client would not do what it says (`HOTROD_UNSUPPORTED`).
 */
export type PropertyFate = 'set' | 'ignored' | 'refused';

/** A property that the Java client documents, without `infinispan.client.hotrod.`. */
export interface PropertyRule {
  /** `*` stands for one name, at the end for the rest. */
  readonly name: string;
  readonly fate: PropertyFate;
  /** What it sets, or why it is ignored or refused. */
  readonly note: string;
  /** Values that ask for what happens anyway, and so are ignored where others are refused. */
  readonly harmless?: RegExp;
}

const set = (name: string, note: string): PropertyRule => ({ name, fate: 'set', note });
const ignored = (name: string, note: string): PropertyRule => ({ name, fate: 'ignored', note });
const refused = (name: string, note: string, harmless?: RegExp): PropertyRule => ({
  name,
  fate: 'refused',
  note,
  ...(harmless === undefined ? {} : { harmless }),
});

const THREADS = 'there are no threads to configure';
const POOL = 'one connection per server, as the Java client has it from 15.1 on';
const STATISTICS = '`client.stats()` always counts; there is no JMX';
const SERIALIZATION = 'nothing is deserialised into objects of arbitrary classes';
const ESTIMATE = 'the Java client ignores it too';
const NEAR = 'there is no near cache yet';
const TRANSACTIONS = 'there are no transactions yet';
const MARSHALLER = 'the codecs of a cache decide; the UTF8StringMarshaller is `codecs.text`, the default';
const PREVIOUS = 'call `getAndSet`, `getAndReplace` or `getAndDelete` for previous values';
const CREATE = 'caches are not created by being used; create them on the server';
const JAVA_TLS = 'it names a thing of Java; use the option `tls`';
const UTF8_MARSHALLER = /(?:^|\.)UTF8StringMarshaller$/;
const FALSE = /^false$/i;
const DISABLED = /^(?:DISABLED|false)$/i;
const NONE = /^NONE$/i;

/** Every property of the Java client (16), in the order of its documentation. */
export const PROPERTY_RULES: readonly PropertyRule[] = [
  set('uri', 'a Hot Rod URI; the other properties go before it (not within a URI)'),
  set('server_list', '`servers`: `host[:port][;host[:port]…]`'),
  set('protocol_version', '`protocol`: `3.1`, `PROTOCOL_VERSION_31` or `AUTO`'),
  set('client_intelligence', '`intelligence`: `BASIC`, `TOPOLOGY_AWARE`, `HASH_DISTRIBUTION_AWARE`'),
  set('socket_timeout', '`timeoutMs`, of a call'),
  set('connect_timeout', '`connectTimeoutMs`'),
  set('max_retries', '`maxRetries`'),
  set('tcp_no_delay', '`tcpNoDelay`'),
  set('tcp_keep_alive', '`tcpKeepAlive`'),
  ignored(
    'server_failed_timeout',
    'a failed server gets calls again when an attempt in the background succeeds',
  ),
  ignored('batch_size', 'give `batchSize` to `entries()` and its like'),
  refused(
    'request_balancing_strategy',
    'servers without an owner for the key are used in turn',
    /RoundRobin/,
  ),
  refused('transport_factory', 'sockets are those of node:net and node:tls'),
  ignored('async_executor_factory', THREADS),
  ignored('default_executor_factory.*', THREADS),
  ignored('connection_pool.*', POOL),
  ignored('dns_resolver_*', 'names are resolved for each connection, as the system does it'),
  set('cluster.intelligence.*', '`sites`: the intelligence of the site of that name'),
  set('cluster.*', '`sites`: the servers of the site of that name, as in `server_list`'),
  set('use_ssl', '`tls: true`'),
  set('sni_host_name', '`tls.servername`'),
  set('ssl_hostname_validation', '`tls.checkServerIdentity`, where it is false'),
  set('ssl_protocol', '`tls.minVersion` and `maxVersion`: `TLSv1.2` or `TLSv1.3`'),
  set('trust_store_file_name', '`tls.ca`, a PEM file, read anew for each connection'),
  set('trust_store_type', 'must be `PEM`'),
  set('key_store_file_name', '`tls.cert` and `key`, or `pfx`: PEM or PKCS12, read anew for each connection'),
  set('key_store_type', 'must be `PEM` or `PKCS12`'),
  set('key_store_password', '`tls.passphrase`'),
  refused('trust_store_path', 'name one file with `trust_store_file_name`'),
  refused('trust_store_password', 'a PEM file has none'),
  refused('key_alias', 'a PEM or PKCS12 file here has one key'),
  refused('key_store_certificate_password', 'the key is opened by `key_store_password`'),
  refused('ssl_provider', JAVA_TLS),
  refused('ssl_ciphers', 'its names are those of Java; use `tls.ciphers`'),
  refused('ssl_context', JAVA_TLS),
  set('use_auth', 'whether to log in at all'),
  set('sasl_mechanism', '`auth.mechanism`'),
  set('auth_username', '`auth.username`'),
  set('auth_password', '`auth.password`'),
  set('auth_token', '`auth.token`'),
  set('auth_realm', '`auth.realm`'),
  set('auth_server_name', '`auth.serverName`'),
  refused('auth_callback_handler', 'give functions as `auth.username`, `password` or `token`'),
  refused('auth_client_subject', 'there is no Kerberos login'),
  refused(
    'sasl_properties.*',
    'there are no SASL properties; only authentication is negotiated (`qop=auth`)',
    /^auth$/,
  ),
  refused('marshaller', MARSHALLER, UTF8_MARSHALLER),
  refused('context-initializers', 'there are no ProtoStream schemas here; use a codec of your own'),
  ignored('java_serial_allowlist', SERIALIZATION),
  ignored('java_serial_whitelist', SERIALIZATION),
  ignored('allow-list', SERIALIZATION),
  refused('hash_function_impl.*', 'servers use one hash function, which the client knows'),
  refused('force_return_values', PREVIOUS, FALSE),
  ignored('key_size_estimate', ESTIMATE),
  ignored('value_size_estimate', ESTIMATE),
  ignored('statistics', STATISTICS),
  ignored('jmx', STATISTICS),
  ignored('jmx_name', STATISTICS),
  ignored('jmx_domain', STATISTICS),
  ignored('tracing.propagation_enabled', 'traces are sent along with the option `traceContext`'),
  refused('near_cache.mode', NEAR, DISABLED),
  refused('near_cache.bloom_filter', NEAR, FALSE),
  ignored('near_cache.max_entries', NEAR),
  ignored('near_cache.name_pattern', NEAR),
  refused('transaction.transaction_mode', TRANSACTIONS, NONE),
  ignored('transaction.transaction_manager_lookup', TRANSACTIONS),
  ignored('transaction.timeout', TRANSACTIONS),
  refused('cache.*.configuration', CREATE),
  refused('cache.*.configuration_uri', CREATE),
  refused('cache.*.template_name', CREATE),
  refused('cache.*.force_return_values', PREVIOUS, FALSE),
  refused('cache.*.marshaller', MARSHALLER, UTF8_MARSHALLER),
  refused('cache.*.near_cache.mode', NEAR, DISABLED),
  refused('cache.*.near_cache.bloom_filter', NEAR, FALSE),
  ignored('cache.*.near_cache.max_entries', NEAR),
  ignored('cache.*.near_cache.factory', NEAR),
  refused('cache.*.transaction.transaction_mode', TRANSACTIONS, NONE),
  ignored('cache.*.transaction.transaction_manager_lookup', TRANSACTIONS),
];

const PATTERNS = PROPERTY_RULES.map((rule) => [patternOf(rule.name), rule] as const);

/** The rule for a property, without the prefix; undefined for one that the Java client does not document. */
export function propertyRule(name: string): PropertyRule | undefined {
  return PATTERNS.find(([pattern]) => pattern.test(name))?.[1];
}

/** `*` matches at least one character; a name of a cache may have dots and, in brackets, anything. */
function patternOf(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replace(/[.]/g, '\\.'));
  return new RegExp(`^${parts.join('.+')}$`);
}
