import type { AnyReply } from '@kvtwin/hotrod-protocol';
import { type AuthOptions, HotRodServer } from '@kvtwin/hotrod-server';
import { afterEach, describe, expect, it } from 'vitest';
import { type ScriptedAnswer, startScriptedServer } from '../../test/scripted-server.js';
import { HotRodClient } from '../hotrod-client.js';
import { scram } from '../options/auth.js';
import type { HotRodClientOptions } from '../options/options.js';
import { openHotRodStoreFamily } from '../store/open-hotrod-store-family.js';

const users = { user: 'password', 'a,b=c@d': 'p:w/ä' };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function serve(auth: Partial<AuthOptions> = {}): Promise<HotRodServer> {
  const server = await HotRodServer.listen({
    caches: { c: {} },
    defaultCache: 'c',
    auth: { users, ...auth },
  });
  open.push(server);
  return server;
}

async function connect(where: string, options?: HotRodClientOptions): Promise<HotRodClient> {
  const client = await HotRodClient.connect(where, options);
  open.push(client);
  return client;
}

const at = (server: HotRodServer, rest: string): string =>
  `hotrod://${rest.replace('@', `@127.0.0.1:${server.port}`)}`;

describe('a login', () => {
  it('is made with the credentials of the URI, by the strongest mechanism', async () => {
    const server = await serve({ mechanisms: ['PLAIN', 'SCRAM-SHA-256'] });
    const client = await connect(at(server, 'user:password@'));
    await client.cache().set('k', 'v');
    expect(await client.cache().get('k')).toBe('v');
  });

  it('is made in every version, with any characters', async () => {
    const server = await serve();
    for (const protocol of ['2.0', '2.9', '3.1', '4.1'] as const) {
      const client = await connect(at(server, 'a%2Cb=c%40d:p%3Aw%2F%C3%A4@'), { protocol });
      expect(await client.cache().get('none')).toBeUndefined();
    }
  });

  it('takes credentials from callbacks, asked anew for each connection', async () => {
    const server = await serve();
    let asked = 0;
    const client = await connect(server.url, {
      auth: {
        username: 'user',
        password: async () => {
          asked++;
          return 'password';
        },
      },
    });
    await client.cache().set('k', 'v');
    expect(asked).toBe(1);
    server.faults.resetConnections();
    expect(await client.cache().get('k')).toBe('v');
    expect(asked).toBe(2);
  });

  it('is made again after each loss, with what the callbacks give then', async () => {
    const server = await serve({ users: { app: 'first', 'app-2': 'second' } });
    let [username, password] = ['app', 'first'];
    const client = await connect(server.url, {
      auth: scram({ username: async () => username, password: async () => password }),
      reconnectMinMs: 5,
    });
    await client.cache().set('k', 'v');
    [username, password] = ['app-2', 'second'];
    server.faults.resetConnections();
    expect(await client.cache().get('k')).toBe('v');
    password = 'wrong';
    server.faults.resetConnections();
    await expect(client.cache().get('k')).rejects.toMatchObject({ code: 'HOTROD_AUTH' });
  });

  it('puts the URI and the options together', async () => {
    const server = await serve();
    const client = await connect(at(server, 'user@'), { auth: { password: () => 'password' } });
    expect(await client.cache().get('k')).toBeUndefined();
  });

  it('shows the password without TLS only to whom it was allowed', async () => {
    const server = await serve({ mechanisms: ['PLAIN'] });
    const url = at(server, 'user:password@');
    await expect(connect(url)).rejects.toMatchObject({
      code: 'HOTROD_AUTH',
      message: expect.stringMatching(/PLAIN would show the password.*TLS/),
    });
    const auth = { username: 'user', password: 'password' };
    await connect(server.url, { auth: { ...auth, allowClearText: true } });
    const client = await connect(`${url}?sasl_mechanism=plain`);
    expect(await client.cache().get('k')).toBeUndefined();
  });

  it.each([
    ['a wrong password', 'user:wrong@', /SCRAM-SHA-256 failed.*ISPN006024/s],
    ['an unknown user', 'nobody:x@', /SCRAM-SHA-256 failed.*ELY05161/s],
    ['a wrong password by PLAIN', 'user:wrong@?sasl_mechanism=PLAIN', /PLAIN failed.*ELY05013/s],
    [
      'a mechanism not offered',
      'user:password@?sasl_mechanism=SCRAM-SHA-512',
      /does not offer SCRAM-SHA-512; it offers SCRAM-SHA-256, PLAIN/,
    ],
  ])('with %s is refused', async (_, rest, message) => {
    const server = await serve({ mechanisms: ['SCRAM-SHA-256', 'PLAIN'] });
    const error = await connect(at(server, rest)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'HOTROD_AUTH', retryable: false, mayHaveBeenApplied: false });
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('wrong');
  });

  it('is refused by a server that asks for none', async () => {
    const server = await HotRodServer.listen({ caches: { c: {} } });
    open.push(server);
    await expect(connect(at(server, 'user:password@'))).rejects.toMatchObject({
      code: 'HOTROD_AUTH',
      message: expect.stringContaining('asks nobody to log in'),
    });
  });

  it('fails a lazy client’s calls, and a store, by its name', async () => {
    const server = await serve();
    const client = await connect(at(server, 'user:wrong@'), { lazy: true });
    await expect(client.cache().get('k')).rejects.toMatchObject({ code: 'HOTROD_AUTH' });
    await expect(client.cache().get('k')).rejects.toMatchObject({ code: 'HOTROD_AUTH' });
    const family = await openHotRodStoreFamily(at(server, 'user:wrong@/c'));
    open.push(family);
    expect(family.name).not.toContain('wrong');
    const store = await family.open({ type: 'kv' });
    await expect(store.get(Buffer.from('k'))).rejects.toMatchObject({ code: 'STORE_AUTH' });
    const right = await openHotRodStoreFamily(at(server, 'user:password@/c?layout=raw'));
    open.push(right);
    await right.ping();
  });

  it('is missed by a server that asks for one', async () => {
    const server = await serve();
    const client = await connect(server.url);
    await expect(client.cache().get('k')).rejects.toMatchObject({
      code: 'HOTROD_AUTH',
      message: expect.stringContaining('ISPN006017'),
    });
  });
});

const offer: AnyReply = { outcome: 'ok', mechanisms: ['SCRAM-SHA-256', 'PLAIN'] } as AnyReply;
const step = (completed: number, challenge: string): AnyReply =>
  ({ outcome: 'ok', completed, challenge: Buffer.from(challenge) }) as AnyReply;

/** A server that offers SCRAM and PLAIN and answers logins as told. */
async function lying(answer: (nth: number, response: string) => ScriptedAnswer) {
  let nth = 0;
  const server = await startScriptedServer({
    answer: ({ operation, request }) => {
      if (operation.name === 'authMechList') return offer;
      const { response } = request as { response: Uint8Array };
      return answer(++nth, Buffer.from(response).toString('utf8'));
    },
  });
  open.push(server);
  return server;
}

const challengeTo = (first: string): AnyReply =>
  step(0, `r=${/r=(.*)$/.exec(first)?.[1]}more,s=${Buffer.from('salt').toString('base64')},i=4096`);

describe('a server that', () => {
  it.each<[string, (nth: number, response: string) => ScriptedAnswer, RegExp, number]>([
    ['says it is done at once', () => step(1, ''), /before it has proven/, 1],
    [
      'says it is done without a signature',
      (nth, response) => (nth === 1 ? challengeTo(response) : step(1, '')),
      /before it has proven/,
      2,
    ],
    [
      'has a wrong signature',
      (nth, response) => (nth === 1 ? challengeTo(response) : step(0, 'v=AAAA')),
      /signature is wrong/,
      2,
    ],
    ['makes no sense', () => step(0, 'hello'), /cannot be read/, 1],
  ])('%s is not believed', async (_, answer, message, steps) => {
    const server = await lying(answer);
    const error = await connect(server.url, { auth: { username: 'u', password: 'p' } }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'HOTROD_AUTH', message: expect.stringMatching(message) });
    expect(server.received.filter((name) => name === 'auth')).toHaveLength(steps);
  });

  it('never answers a login is given up in time', async () => {
    const server = await lying(() => 'silence');
    const startedMs = performance.now();
    await expect(
      connect(server.url, { auth: { username: 'u', password: 'p' }, connectTimeoutMs: 200 }),
    ).rejects.toMatchObject({ code: 'HOTROD_CONNECT', message: expect.stringContaining('auth') });
    expect(performance.now() - startedMs).toBeLessThan(1_500);
  });

  it('hangs up amid a login gives an error of its own', async () => {
    const server = await lying(() => 'close');
    await expect(connect(server.url, { auth: { username: 'u', password: 'p' } })).rejects.toMatchObject({
      code: 'HOTROD_CONNECT',
    });
  });
});

describe('credentials that', () => {
  it.each<[string, () => string | Promise<string>, string, RegExp]>([
    ['never come', () => new Promise<string>(() => undefined), 'HOTROD_CONNECT', /credentials did not come/],
    ['cannot be had', () => Promise.reject(new Error('vault sealed')), 'HOTROD_AUTH', /vault sealed/],
    ['are no text', () => undefined as unknown as string, 'HOTROD_AUTH', /auth.password gave no text/],
  ])('%s are an error', async (_, password, code, message) => {
    const server = await serve();
    await expect(
      connect(server.url, { auth: { username: 'user', password }, connectTimeoutMs: 300 }),
    ).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('hold nobody up who closes the client', async () => {
    const server = await serve();
    const client = await connect(server.url, {
      lazy: true,
      auth: { username: 'user', password: () => new Promise<string>(() => undefined) },
    });
    const call = client.cache().get('k');
    await client.close();
    await expect(call).rejects.toMatchObject({ code: 'HOTROD_CLOSED' });
  });
});

it('a token is shown by OAUTHBEARER, and its refusal acknowledged', async () => {
  const said: string[] = [];
  const server = await startScriptedServer({
    answer: ({ operation, request }) => {
      if (operation.name === 'authMechList') {
        return { outcome: 'ok', mechanisms: ['OAUTHBEARER'] } as AnyReply;
      }
      said.push(Buffer.from((request as { response: Uint8Array }).response).toString('utf8'));
      return said.length < 3 ? step(2 - said.length, '') : step(0, '{"status":"invalid_token"}');
    },
  });
  open.push(server);
  const url = `${server.url}?sasl_mechanism=OAUTHBEARER&auth_token=abc`;
  await connect(url);
  const first = expect.stringContaining('n,,\x01auth=Bearer abc\x01');
  await connect(url);
  expect(said).toEqual([first, first]);
  await expect(connect(url)).rejects.toMatchObject({
    code: 'HOTROD_AUTH',
    message: expect.stringContaining('invalid_token'),
  });
  expect(said.slice(2)).toEqual([first, '\x01']);
});
