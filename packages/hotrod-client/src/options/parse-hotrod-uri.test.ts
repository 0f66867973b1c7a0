import { describe, expect, it } from 'vitest';
import { HotRodError } from '../hotrod-error.js';
import { optionsFromUri } from './options-from-uri.js';
import { describeHotRodUri, parseHotRodUri } from './parse-hotrod-uri.js';

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (HotRodError.is(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('a Hot Rod URI', () => {
  it('names a server on the registered port', () => {
    expect(parseHotRodUri('hotrod://lon')).toMatchObject({
      secure: false,
      servers: [{ host: 'lon', port: 11222 }],
    });
  });

  it('names the zone of an IPv6 address behind %25', () => {
    expect(parseHotRodUri('hotrod://[fe80::1%25eth0]:5').servers).toEqual([
      { host: 'fe80::1%eth0', port: 5 },
    ]);
  });

  it('names several servers, IPv6 addresses in brackets', () => {
    expect(parseHotRodUri('hotrod://h1:1,h2,[::1]:65535').servers).toEqual([
      { host: 'h1', port: 1 },
      { host: 'h2', port: 11222 },
      { host: '::1', port: 65535 },
    ]);
  });

  it('has percent-decoded credentials, cache and properties', () => {
    const uri = parseHotRodUri('hotrods://us%40er:p%3A%2Fss:w@h:7/user%20cache?socket_timeout=10&a%26b=c=d');
    expect(uri).toMatchObject({ secure: true, username: 'us@er', cache: 'user cache' });
    expect(uri.password).toBe('p:/ss:w');
    expect([...uri.properties]).toEqual([
      ['socket_timeout', '10'],
      ['a&b', 'c=d'],
    ]);
  });

  it('takes property names with the prefix of a properties file', () => {
    const { properties } = parseHotRodUri('hotrod://h?infinispan.client.hotrod.max_retries=1');
    expect(properties.get('max_retries')).toBe('1');
  });

  it('keeps the password out of logs', () => {
    const uri = parseHotRodUri('hotrod://u:secret@h/c?x=1');
    expect(JSON.stringify(uri)).not.toContain('secret');
    expect(describeHotRodUri(uri)).toBe('hotrod://h:11222/c');
  });

  it.each([
    ['', 'nothing'],
    ['http://h', 'another scheme'],
    ['hotrod:h', 'no authority'],
    ['hotrod://', 'no server'],
    ['hotrod://h1,,h2', 'an empty server'],
    ['hotrod://:11222', 'no host'],
    ['hotrod://h:0', 'port 0'],
    ['hotrod://h:65536', 'a port too high'],
    ['hotrod://h:port', 'a port that is no number'],
    ['hotrod://h:', 'an empty port'],
    ['hotrod://@h', 'an empty user'],
    ['hotrod://h/a/b#c', 'a fragment'],
    ['hotrod://h/%zz', 'a bad escape'],
    ['hotrod://h?a', 'a property without a value'],
    ['hotrod://h?a=1&a=2', 'a property given twice'],
  ])('is refused: %j (%s)', (uri) => {
    expect(codeOf(() => parseHotRodUri(uri))).toBe('HOTROD_INVALID_URI');
  });
});

describe('the properties of a URI', () => {
  const options = (query: string) => optionsFromUri(parseHotRodUri(`hotrod://h?${query}`));

  it('set the options that the Java client documents under those names', () => {
    expect(
      options(
        'protocol_version=3.1&connect_timeout=1&socket_timeout=2&max_retries=3&tcp_no_delay=false&tcp_keep_alive=true&client_intelligence=BASIC&use_ssl=false',
      ),
    ).toMatchObject({
      protocol: '3.1',
      connectTimeoutMs: 1,
      timeoutMs: 2,
      maxRetries: 3,
      tcpNoDelay: false,
      tcpKeepAlive: true,
    });
    expect(options('protocol_version=AUTO').protocol).toBe('auto');
    expect(options('protocol_version=PROTOCOL_VERSION_29').protocol).toBe('2.9');
  });

  it.each([
    'socket_timeout=x',
    'tcp_no_delay=1',
    'client_intelligence=CLEVER',
    'nonsense=1',
    'constructor=1',
  ])('%s is refused', (query) => {
    expect(codeOf(() => options(query))).toBe('HOTROD_INVALID_URI');
  });

  it.each([
    'trust_store_type=JKS',
    'key_store_type=JKS',
    'key_alias=x',
    'ssl_provider=x',
    'auth_callback_handler=x',
    'near_cache.mode=X',
  ])('%s is not done yet, and not passed over in silence', (query) => {
    expect(codeOf(() => options(query))).toBe('HOTROD_UNSUPPORTED');
  });

  it('say who logs in', () => {
    expect(optionsFromUri(parseHotRodUri('hotrod://u:p@h')).auth).toEqual({ username: 'u', password: 'p' });
    expect(
      options('auth_username=u&auth_password=p&auth_realm=r&auth_server_name=s&sasl_mechanism=scram-sha-1')
        .auth,
    ).toEqual({ username: 'u', password: 'p', realm: 'r', serverName: 's', mechanism: 'SCRAM-SHA-1' });
    expect(options('auth_token=t').auth).toEqual({ token: 't' });
    expect(options('use_auth=true').auth).toEqual({});
    expect(options('use_auth=false')).not.toHaveProperty('auth');
    expect(options('socket_timeout=1')).not.toHaveProperty('auth');
  });

  it('ask for TLS', () => {
    expect(optionsFromUri(parseHotRodUri('hotrods://h')).tls).toEqual({});
    expect(options('use_ssl=true').tls).toEqual({});
    expect(options('sni_host_name=n&ssl_protocol=TLSv1.3').tls).toEqual({
      servername: 'n',
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
    });
    expect(options('trust_store_file_name=x&trust_store_type=PEM').tls).toBeTypeOf('function');
    expect(options('use_ssl=false')).not.toHaveProperty('tls');
  });

  it.each([
    'hotrods://h?use_ssl=false',
    'hotrod://h?use_ssl=false&trust_store_file_name=x',
    'hotrod://u:p@h?use_auth=false',
    'hotrod://u:p@h?auth_username=v',
    'hotrod://u:p@h?auth_password=q',
    'hotrod://h?ssl_protocol=SSLv3',
  ])('contradict each other in %s', (uri) => {
    expect(codeOf(() => optionsFromUri(parseHotRodUri(uri)))).toBe('HOTROD_INVALID_URI');
  });
});
