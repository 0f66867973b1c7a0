import { HotRodClient, type HotRodClientOptions, type SaslMechanismName } from '@kvtwin/hotrod-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { STORE_PASSWORD } from './make-certificates.js';
import { GOOD_TOKEN, type SecureNode, startSecureNode, USERS } from './secure-node.js';

/** Its certificates and a start on a busy machine. */
const START_LIMIT_MS = 120_000;
/** The default of two seconds is for machines that have nothing else to do. */
const CONNECT = { connectTimeoutMs: 10_000, maxRetries: 0 } as const;

let node: SecureNode;
const clients: HotRodClient[] = [];
beforeAll(async () => {
  node = await startSecureNode();
}, START_LIMIT_MS);
afterEach(async () => {
  for (const client of clients.splice(0)) {
    await client.close();
  }
});
afterAll(() => node?.stop());

async function connect(where: string, options: HotRodClientOptions = {}): Promise<HotRodClient> {
  const client = await HotRodClient.connect(where, { ...CONNECT, ...options });
  clients.push(client);
  return client;
}

async function expectServed(client: HotRodClient): Promise<void> {
  const key = `k${Math.random()}`;
  await client.cache().set(key, 'v');
  expect(await client.cache().get(key)).toBe('v');
}

const PASSWORD_MECHANISMS = [
  ...['SCRAM-SHA-512', 'SCRAM-SHA-384', 'SCRAM-SHA-256', 'SCRAM-SHA-1'],
  ...['DIGEST-SHA-512', 'DIGEST-SHA-384', 'DIGEST-SHA-256', 'DIGEST-SHA', 'DIGEST-MD5', 'PLAIN'],
] as SaslMechanismName[];

describe('logins with a password', () => {
  const sasl = (credentials = ''): string => `hotrod://${credentials}127.0.0.1:${node.saslPort}`;

  describe.each(PASSWORD_MECHANISMS)('%s', (mechanism) => {
    test.each(Object.entries(USERS))('lets %j in', async (username, password) => {
      await expectServed(await connect(sasl(), { auth: { username, password, mechanism } }));
    });

    test.each([
      ['a wrong password', 'app', 'wrong'],
      ['an unknown user', 'nobody', 'appPw'],
      ['an empty password', 'app', ''],
    ])('refuses %s', async (_, username, password) => {
      await expect(connect(sasl(), { auth: { username, password, mechanism } })).rejects.toMatchObject({
        code: 'HOTROD_AUTH',
      });
    });
  });

  test.each(['2.0', '2.5', '2.8', '3.0', '3.1', '4.0', '4.1'] as const)(
    'are made in %s',
    async (protocol) => {
      await expectServed(await connect(sasl('app:appPw@'), { protocol }));
    },
  );

  test('are missed where there is none', async () => {
    const client = await connect(sasl());
    await expect(client.cache().get('k')).rejects.toMatchObject({ code: 'HOTROD_AUTH' });
  });
});

describe('TLS', () => {
  const tls = (rest: string, host = 'localhost'): string =>
    `hotrods://${rest.replace('@', `@${host}:${node.tlsPort}`)}`;
  const trust = (): string => `trust_store_file_name=${node.certificates.authority}`;

  test.each(['SCRAM-SHA-512', 'DIGEST-SHA-512', 'PLAIN'])('carries a login by %s', async (mechanism) => {
    const client = await connect(tls(`app:appPw@?sasl_mechanism=${mechanism}&${trust()}`));
    await expectServed(client);
    const large = 'x'.repeat(1_000_000);
    await client.cache().set('large', large);
    expect(await client.cache().get('large')).toBe(large);
  });

  test('checks an address as it checks a name', async () => {
    await expectServed(await connect(tls(`app:appPw@?${trust()}`, '127.0.0.1')));
    await expect(connect(tls(`app:appPw@?sni_host_name=elsewhere.test&${trust()}`))).rejects.toMatchObject({
      code: 'HOTROD_TLS',
      message: expect.stringContaining('another name'),
    });
  });

  test('refuses a wrong password, a server that it does not know, and one that speaks no TLS', async () => {
    await expect(connect(tls(`app:wrong@?${trust()}`))).rejects.toMatchObject({ code: 'HOTROD_AUTH' });
    await expect(connect(tls('app:appPw@'))).rejects.toMatchObject({ code: 'HOTROD_TLS' });
    const clear = `hotrods://app:appPw@localhost:${node.saslPort}?${trust()}`;
    await expect(connect(clear)).rejects.toMatchObject({ code: 'HOTROD_TLS' });
    await expect(connect(`hotrod://localhost:${node.tlsPort}`)).rejects.toMatchObject({
      code: 'HOTROD_CONNECT',
      message: expect.stringContaining('hotrods://'),
    });
  });
});

describe('client certificates', () => {
  const mutual = (query: string): string =>
    `hotrods://localhost:${node.mutualTlsPort}?trust_store_file_name=${node.certificates.authority}${query}`;

  test('log in by EXTERNAL, from PEM and PKCS#12, asked for or not', async () => {
    const { client, clientStore } = node.certificates;
    await expectServed(await connect(mutual(`&sasl_mechanism=EXTERNAL&key_store_file_name=${client}`)));
    await expectServed(
      await connect(mutual(`&key_store_file_name=${clientStore}&key_store_password=${STORE_PASSWORD}`)),
    );
  });

  test('are refused where the server does not know them, or there is none', async () => {
    const stranger = mutual(`&key_store_file_name=${node.certificates.stranger}`);
    await expect(connect(stranger)).rejects.toMatchObject({ code: 'HOTROD_TLS' });
    await expect(connect(mutual(''))).rejects.toMatchObject({ code: 'HOTROD_TLS' });
  });
});

describe('bearer tokens', () => {
  const url = (): string => `hotrod://127.0.0.1:${node.tokenPort}`;

  test('log in by OAUTHBEARER', async () => {
    const token = async (): Promise<string> => GOOD_TOKEN;
    await expectServed(await connect(url(), { auth: { token, mechanism: 'OAUTHBEARER' } }));
  });

  test('are refused where the service does not know them', async () => {
    await expect(
      connect(url(), { auth: { token: 'other', mechanism: 'OAUTHBEARER' } }),
    ).rejects.toMatchObject({ code: 'HOTROD_AUTH' });
  });
});
