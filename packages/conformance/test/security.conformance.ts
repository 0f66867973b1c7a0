import { HotRodClient, type HotRodClientOptions, type SaslMechanismName } from '@kvtwin/hotrod-client';
import { PROTOCOL_VERSIONS } from '@kvtwin/hotrod-protocol';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openRawConnection } from '../src/index.js';
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

async function expectRefused(login: Promise<HotRodClient>): Promise<void> {
  await expect(login).rejects.toMatchObject({ code: 'HOTROD_AUTH' });
}

/** What the server offers before anybody has logged in. */
async function offeredOn(port: number): Promise<string[]> {
  const connection = await openRawConnection({ port, version: '3.0', cacheName: '' });
  const { reply } = await connection.call('authMechList', {});
  await connection.close();
  return [...reply.mechanisms].sort();
}

const PASSWORD_MECHANISMS = [
  ...['SCRAM-SHA-512', 'SCRAM-SHA-384', 'SCRAM-SHA-256', 'SCRAM-SHA-1'],
  ...['DIGEST-SHA-512', 'DIGEST-SHA-384', 'DIGEST-SHA-256', 'DIGEST-SHA', 'DIGEST-MD5', 'PLAIN'],
] as SaslMechanismName[];

const WRONG_LOGINS = [
  ['a wrong password', 'app', 'wrong'],
  ['an unknown user', 'nobody', 'appPw'],
  ['an empty password', 'app', ''],
] as const;

const sasl = (credentials = ''): string => `hotrod://${credentials}127.0.0.1:${node.saslPort}`;
const trust = (): string => `trust_store_file_name=${node.certificates.authority}`;
/** `@` in front stands for no credentials. */
const tls = (rest: string, host = 'localhost'): string =>
  `hotrods://${rest.replace('@', `@${host}:${node.tlsPort}`).replace(/^@/, '')}`;
const mutual = (query: string): string => `hotrods://localhost:${node.mutualTlsPort}?${trust()}${query}`;

describe('logins with a password', () => {
  test('cover every mechanism that the server offers', async () => {
    expect(await offeredOn(node.saslPort)).toEqual([...PASSWORD_MECHANISMS].sort());
  });

  describe.each(PASSWORD_MECHANISMS)('%s', (mechanism) => {
    test.each(Object.entries(USERS))('lets %j in', async (username, password) => {
      await expectServed(await connect(sasl(), { auth: { username, password, mechanism } }));
    });

    test.each(WRONG_LOGINS)('refuses %s', async (_, username, password) => {
      await expectRefused(connect(sasl(), { auth: { username, password, mechanism } }));
    });
  });

  test('are missed where there is none', async () => {
    const client = await connect(sasl());
    await expect(client.cache().get('k')).rejects.toMatchObject({ code: 'HOTROD_AUTH' });
  });
});

describe('a server whose connector names no mechanisms', () => {
  /** Needs a Kerberos service; a realm of passwords has none. */
  const OF_OTHER_REALMS = ['GSSAPI', 'GS2-KRB5'];
  const untold = (): string => `hotrod://127.0.0.1:${node.untoldPort}`;

  /** Infinispan 16.0.7 lists CRAM-MD5 and answers whoever begins it that there is no such mechanism. */
  async function isKnownToServer(mechanism: string): Promise<boolean> {
    const connection = await openRawConnection({ port: node.untoldPort, version: '3.0', cacheName: '' });
    const said = await connection
      .call('auth', { mechanism, response: new Uint8Array() })
      .then(() => '', String);
    await connection.close();
    return !said.includes('ISPN006025');
  }

  test('lets in and refuses by each one that it offers by itself', async () => {
    const offered = (await offeredOn(node.untoldPort)).filter((name) => !OF_OTHER_REALMS.includes(name));
    const known: string[] = [];
    for (const name of offered) {
      if (await isKnownToServer(name)) known.push(name);
    }
    expect(known).toEqual(expect.arrayContaining(['DIGEST-MD5', 'SCRAM-SHA-1', 'SCRAM-SHA-512']));
    expect(offered.filter((name) => !known.includes(name))).toEqual(['CRAM-MD5']);
    for (const name of known) {
      const mechanism = name as SaslMechanismName;
      await expectServed(
        await connect(untold(), { auth: { username: 'app', password: USERS.app, mechanism } }),
      );
      await expectRefused(connect(untold(), { auth: { username: 'app', password: 'wrong', mechanism } }));
    }
  });

  test('is logged in to without a word about the mechanism', async () => {
    await expectServed(await connect(untold(), { auth: { username: 'app', password: USERS.app } }));
    await expectRefused(connect(untold(), { auth: { username: 'app', password: 'wrong' } }));
  });
});

describe.each(PROTOCOL_VERSIONS)('protocol %s', (protocol) => {
  test('logs in with a password, without and with TLS', async () => {
    for (const mechanism of ['SCRAM-SHA-256', 'DIGEST-MD5', 'PLAIN'] as SaslMechanismName[]) {
      const client = await connect(sasl(), {
        auth: { username: 'app', password: USERS.app, mechanism },
        protocol,
      });
      expect(client.protocolVersion).toBe(protocol);
      await expectServed(client);
    }
    await expectServed(await connect(tls(`app:appPw@?${trust()}`), { protocol }));
  });

  test('refuses a wrong password, without and with TLS', async () => {
    await expectRefused(connect(sasl('app:wrong@'), { protocol }));
    await expectRefused(connect(tls(`app:wrong@?${trust()}`), { protocol }));
  });

  test('logs in with a certificate and with a token', async () => {
    await expectServed(
      await connect(mutual(`&key_store_file_name=${node.certificates.client}`), { protocol }),
    );
    const auth = { token: GOOD_TOKEN, mechanism: 'OAUTHBEARER' } as const;
    await expectServed(await connect(`hotrod://127.0.0.1:${node.tokenPort}`, { auth, protocol }));
    await expectRefused(
      connect(`hotrod://127.0.0.1:${node.tokenPort}`, { auth: { ...auth, token: 'other' }, protocol }),
    );
  });
});

describe('TLS', () => {
  describe.each(PASSWORD_MECHANISMS)('%s', (mechanism) => {
    const over = (username: string, password: string): Promise<HotRodClient> =>
      connect(tls(`@?${trust()}`), { auth: { username, password, mechanism } });

    test.each(Object.entries(USERS))('lets %j in', async (username, password) => {
      await expectServed(await over(username, password));
    });

    test.each(WRONG_LOGINS)('refuses %s', async (_, username, password) => {
      await expectRefused(over(username, password));
    });
  });

  test('carries a large value', async () => {
    const client = await connect(tls(`app:appPw@?${trust()}`));
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

  test('refuses a server that it does not know, and one that speaks no TLS', async () => {
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

  test('do not log in where the server asks for passwords', async () => {
    const known = `key_store_file_name=${node.certificates.client}`;
    await expectRefused(connect(tls(`@?${trust()}&${known}&sasl_mechanism=EXTERNAL`)));
  });
});

describe('bearer tokens', () => {
  const clear = (): string => `hotrod://127.0.0.1:${node.tokenPort}`;
  const secret = (): string => `hotrods://localhost:${node.tokenTlsPort}?${trust()}`;

  test('log in by OAUTHBEARER', async () => {
    const token = async (): Promise<string> => GOOD_TOKEN;
    await expectServed(await connect(clear(), { auth: { token, mechanism: 'OAUTHBEARER' } }));
  });

  test('log in over TLS without a word about the mechanism', async () => {
    expect(await offeredOn(node.tokenPort)).toEqual(['OAUTHBEARER']);
    await expectServed(await connect(secret(), { auth: { token: GOOD_TOKEN } }));
  });

  test('are refused where the service does not know them, without and with TLS', async () => {
    await expectRefused(connect(clear(), { auth: { token: 'other', mechanism: 'OAUTHBEARER' } }));
    await expectRefused(connect(secret(), { auth: { token: 'other' } }));
  });

  test('are refused where the server asks for passwords', async () => {
    await expectRefused(connect(sasl(), { auth: { token: GOOD_TOKEN, mechanism: 'OAUTHBEARER' } }));
  });
});
