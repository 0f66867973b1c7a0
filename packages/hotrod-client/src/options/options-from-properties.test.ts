import { describe, expect, it } from 'vitest';
import { HotRodError } from '../hotrod-error.js';
import { optionsFromProperties } from './options-from-properties.js';
import { optionsFromUri } from './options-from-uri.js';
import { parseHotRodUri } from './parse-hotrod-uri.js';
import { parseProperties } from './parse-properties.js';
import { PROPERTY_RULES } from './property-rules.js';

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (HotRodError.is(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

/** Properties by their short names. */
const options = (properties: Record<string, string>) =>
  optionsFromProperties(
    Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [`infinispan.client.hotrod.${name}`, value]),
    ),
  );

describe('a properties file', () => {
  it('is read as Java reads it', () => {
    const text = [
      '# a comment',
      '! another one',
      '  indented = value with = and : ',
      'colon:value',
      'blank value',
      'long = one \\',
      '       two \\\\',
      'uni\\u0063ode=gr\\u00fc\\u00dfe\\n',
      'key\\ with\\:both=x',
      'empty',
      'twice=1',
      'twice=2',
      'last=continued\\',
    ].join('\r\n');
    expect(Object.fromEntries(parseProperties(text))).toEqual({
      indented: 'value with = and : ',
      colon: 'value',
      blank: 'value',
      long: 'one two \\',
      unicode: 'grüße\n',
      'key with:both': 'x',
      empty: '',
      twice: '2',
      last: 'continued',
    });
  });

  it('gives options', () => {
    const text = `
      # of the Java client
      infinispan.client.hotrod.server_list = lon-1:11322; lon-2 ;[::1]:7
      infinispan.client.hotrod.protocol_version=3.1
      infinispan.client.hotrod.client_intelligence=BASIC
      infinispan.client.hotrod.socket_timeout=100
      infinispan.client.hotrod.connect_timeout=200
      infinispan.client.hotrod.max_retries=1
      infinispan.client.hotrod.tcp_no_delay=false
      infinispan.client.hotrod.tcp_keep_alive=false
      infinispan.client.hotrod.auth_username=app
      infinispan.client.hotrod.auth_password=p@ss:w\\u00f6rd
      infinispan.client.hotrod.sasl_mechanism=SCRAM-SHA-512
      infinispan.client.hotrod.cluster.nyc=nyc-1:11222;nyc-2
      infinispan.client.hotrod.cluster.intelligence.nyc=TOPOLOGY_AWARE
      infinispan.client.hotrod.cluster.sfo=sfo-1
      infinispan.client.hotrod.connection_pool.max_active=10
      another.programs.property=x
    `;
    const { tls, ...rest } = optionsFromProperties(text);
    expect(tls).toBeUndefined();
    expect(rest).toEqual({
      servers: [
        { host: 'lon-1', port: 11322 },
        { host: 'lon-2', port: 11222 },
        { host: '::1', port: 7 },
      ],
      protocol: '3.1',
      intelligence: 'basic',
      timeoutMs: 100,
      connectTimeoutMs: 200,
      maxRetries: 1,
      tcpNoDelay: false,
      tcpKeepAlive: false,
      auth: { username: 'app', password: 'p@ss:wörd', mechanism: 'SCRAM-SHA-512' },
      sites: {
        nyc: {
          servers: [
            { host: 'nyc-1', port: 11222 },
            { host: 'nyc-2', port: 11222 },
          ],
          intelligence: 'topology',
        },
        sfo: { servers: [{ host: 'sfo-1', port: 11222 }] },
      },
    });
  });

  it('may hold a URI, which the other properties go before', () => {
    const given = options({
      uri: 'hotrods://u:p@h:1?socket_timeout=1',
      socket_timeout: '2',
      auth_password: 'q',
    });
    expect(given).toMatchObject({
      servers: [{ host: 'h', port: 1 }],
      timeoutMs: 2,
      auth: { username: 'u', password: 'q' },
      tls: {},
    });
    expect(codeOf(() => options({ uri: 'http://h' }))).toBe('HOTROD_INVALID_URI');
  });

  it.each<Record<string, string>>([
    { nonsense: '1' },
    { server_list: '' },
    { server_list: 'h:0' },
    { socket_timeout: 'soon' },
    { client_intelligence: 'constructor' },
    { 'cluster.intelligence.nyc': 'BASIC' },
    { use_auth: 'false', auth_username: 'u', auth_password: 'p' },
  ])('with %j is refused', (properties) => {
    expect(codeOf(() => options(properties))).toBe('HOTROD_INVALID_ARGUMENT');
  });

  it('of somebody else is refused', () => {
    expect(codeOf(() => optionsFromProperties('server_list=h'))).toBe('HOTROD_INVALID_ARGUMENT');
  });
});

describe('each property of the Java client', () => {
  const GOOD: Readonly<Record<string, string>> = {
    uri: 'hotrod://h',
    server_list: 'h',
    protocol_version: 'AUTO',
    client_intelligence: 'BASIC',
    'cluster.x': 'h',
    sni_host_name: 'n',
    ssl_protocol: 'TLSv1.3',
    trust_store_file_name: 'f',
    trust_store_type: 'PEM',
    key_store_file_name: 'f',
    key_store_type: 'PKCS12',
    key_store_password: 'p',
    sasl_mechanism: 'PLAIN',
    auth_token: 't',
    auth_realm: 'r',
    auth_server_name: 's',
    auth_username: 'u',
    auth_password: 'p',
  };
  const GOOD_BY_KIND = /timeout|retries/;

  it('is known once', () => {
    const names = PROPERTY_RULES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(70);
  });

  it.each(PROPERTY_RULES.map((rule) => [rule.name, rule] as const))('%s', (pattern, { fate, harmless }) => {
    const name = pattern.replaceAll('*', 'x');
    const value = GOOD[name] ?? (GOOD_BY_KIND.test(name) ? '1' : 'true');
    const needed: Record<string, string> = name === 'cluster.intelligence.x' ? { 'cluster.x': 'h' } : {};
    const given = { ...needed, [name]: pattern === 'cluster.intelligence.*' ? 'BASIC' : value };
    const expected = fate === 'refused' ? 'HOTROD_UNSUPPORTED' : 'nothing thrown';
    expect(codeOf(() => options(given))).toBe(expected);
    if (fate === 'set' && !/_type$|^use_auth$|hostname/.test(name)) {
      const { tls, auth, ...rest } = options(given);
      expect([tls, auth, ...Object.values(rest)].some((each) => each !== undefined)).toBe(true);
    }
    if (harmless === undefined) return;
    const accepted = ['false', 'NONE', 'DISABLED', 'org.x.UTF8StringMarshaller', 'auth', 'RoundRobin'].filter(
      (each) => codeOf(() => options({ [name]: each })) === 'nothing thrown',
    );
    expect(accepted.length).toBeGreaterThan(0);
  });

  it('stands in a URI too', () => {
    const uri = parseHotRodUri(
      'hotrod://a,b?cluster.nyc=n1;n2:7&client_intelligence=topology_aware&jmx=true',
    );
    expect(optionsFromUri(uri)).toMatchObject({
      intelligence: 'topology',
      sites: { nyc: { servers: [{ host: 'n1' }, { host: 'n2', port: 7 }] } },
    });
    expect(codeOf(() => optionsFromUri(parseHotRodUri('hotrod://a?force_return_values=true')))).toBe(
      'HOTROD_UNSUPPORTED',
    );
    expect(codeOf(() => optionsFromUri(parseHotRodUri('hotrod://a?uri=hotrod://b')))).toBe(
      'HOTROD_INVALID_URI',
    );
  });
});
