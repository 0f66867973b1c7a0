import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { type AuthReply, operations } from '@kvtwin/hotrod-protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { WireConnection } from '../test/wire-connection.js';
import { HotRodServer } from './hot-rod-server.js';
import type { AuthOptions } from './server-options.js';

const users = { user: 'password', 'a,b=c': 'x' };
const key = Uint8Array.of(1);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

const open: (HotRodServer | WireConnection)[] = [];
async function dial(auth?: AuthOptions): Promise<WireConnection> {
  const server = await HotRodServer.listen({ caches: { c: {} }, auth });
  open.push(server);
  const connection = await WireConnection.open(server.port);
  open.push(connection);
  return connection;
}
afterEach(async () => {
  for (const each of open.splice(0).reverse()) {
    await each[Symbol.asyncDispose]();
  }
});

function step(connection: WireConnection, mechanism: string, response: string) {
  return connection.ask(operations.auth, {}, { mechanism, response: Buffer.from(response) });
}

async function goOn(connection: WireConnection, mechanism: string, response: string): Promise<string> {
  const request = { mechanism, response: Buffer.from(response) };
  const reply: AuthReply = await connection.reply(operations.auth, {}, request);
  expect(reply.completed).toBe(0);
  return text(reply.challenge);
}

/** The client's last message, and what the server must answer to it. */
function scramFinal(password: string, bare: string, challenge: string): [string, string] {
  const [, nonce = '', salt = '', rounds = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(challenge) ?? [];
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256');
  const hmac = (secret: Buffer, what: string) => createHmac('sha256', secret).update(what).digest();
  const clientKey = hmac(salted, 'Client Key');
  const stored = createHash('sha256').update(clientKey).digest();
  const message = `${bare},${challenge},c=biws,r=${nonce}`;
  const signature = hmac(stored, message);
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ signature[index]!)).toString('base64');
  const expected = hmac(hmac(salted, 'Server Key'), message).toString('base64');
  return [`c=biws,r=${nonce},p=${proof}`, `v=${expected}`];
}

describe('a server without users', () => {
  it('offers no mechanism, and says with the reply opcode that there is nothing to log in to', async () => {
    const connection = await dial();
    const { mechanisms } = await connection.reply(operations.authMechList, {}, {});
    expect(mechanisms).toEqual([]);
    expect(await step(connection, 'PLAIN', '\0a\0b')).toMatchObject({
      kind: 'error',
      opcode: 0x24,
      status: 0x85,
      message: expect.stringContaining('ISPN006007'),
    });
    expect(await connection.ask(operations.ping, {}, {})).toMatchObject({ kind: 'reply' });
  });
});

describe('a server with users', () => {
  it('takes nothing but pings and logins from strangers, and keeps their connection', async () => {
    const connection = await dial({ users });
    expect((await connection.reply(operations.authMechList, {}, {})).mechanisms).toEqual(['SCRAM-SHA-256']);
    expect(await connection.ask(operations.ping, { cacheName: 'c' }, {})).toMatchObject({ kind: 'reply' });
    for (const cacheName of ['c', 'unknown']) {
      expect(await connection.ask(operations.getWithMetadata, { cacheName }, { key })).toMatchObject({
        status: 0x85,
        message:
          "java.lang.SecurityException: ISPN006017: Operation 'GET_WITH_METADATA' requires authentication",
      });
    }
  });

  it.each([
    ['user', 'user', 'password'],
    ['a name with a comma', 'a=2Cb=3Dc', 'x'],
  ])('logs in by SCRAM: %s', async (_, name, password) => {
    const connection = await dial({ users });
    const bare = `n=${name},r=abc`;
    const challenge = await goOn(connection, 'SCRAM-SHA-256', `n,,${bare}`);
    expect(challenge).toMatch(/^r=abc.{20,},s=.+,i=4096$/);
    const [final, expected] = scramFinal(password, bare, challenge);
    expect(await goOn(connection, 'SCRAM-SHA-256', final)).toBe(expected);
    expect(await connection.ask(operations.get, { cacheName: 'c' }, { key })).toMatchObject({ status: 2 });
    expect(await goOn(connection, 'SCRAM-SHA-256', '')).toBe('');
    expect(await connection.ask(operations.get, { cacheName: 'c' }, { key })).toMatchObject({ status: 2 });
  });

  it('refuses a wrong password after the proof, and lets it be tried again', async () => {
    const connection = await dial({ users });
    for (const [password, good] of [
      ['wrong', false],
      ['password', true],
    ] as const) {
      const challenge = await goOn(connection, 'SCRAM-SHA-256', 'n,,n=user,r=abc');
      const [final] = scramFinal(password, 'n=user,r=abc', challenge);
      expect(await step(connection, 'SCRAM-SHA-256', final)).toMatchObject(
        good ? { kind: 'reply' } : { status: 0x85, message: expect.stringContaining('ISPN006024') },
      );
      const { status } = (await connection.ask(operations.get, { cacheName: 'c' }, { key })) as {
        status: number;
      };
      expect(status).toBe(good ? 2 : 0x85);
    }
  });

  it.each([
    ['SCRAM-SHA-256', 'n,,n=nobody,r=abc', 0x84, 'ELY05161'],
    ['SCRAM-SHA-256', 'n,,nonsense', 0x84, 'ELY05007'],
    ['PLAIN', '\0user\0nope', 0x84, 'ELY05013'],
    ['PLAIN', '\0nobody\0', 0x84, 'ELY05013'],
    ['PLAIN', 'xyz', 0x84, 'ELY05007'],
    ['DIGEST-MD5', '', 0x85, 'ISPN006025'],
  ])('answers %s %j as Infinispan does', async (mechanism, response, status, code) => {
    const connection = await dial({ users, mechanisms: ['SCRAM-SHA-256', 'PLAIN'] });
    expect(await step(connection, mechanism, response)).toMatchObject({
      kind: 'error',
      status,
      message: expect.stringContaining(code),
    });
  });

  it('forgets who it was after a failed login', async () => {
    const connection = await dial({ users, mechanisms: ['PLAIN'] });
    expect(await step(connection, 'PLAIN', '\0user\0password')).toMatchObject({ reply: { completed: 1 } });
    expect(await connection.ask(operations.get, { cacheName: 'c' }, { key })).toMatchObject({ status: 2 });
    await step(connection, 'PLAIN', '\0user\0nope');
    expect(await connection.ask(operations.get, { cacheName: 'c' }, { key })).toMatchObject({ status: 0x85 });
  });

  it.each([[[]], [['GSSAPI']]])('cannot offer %j', async (mechanisms) => {
    const auth = { users, mechanisms } as AuthOptions;
    await expect(HotRodServer.listen({ caches: {}, auth })).rejects.toMatchObject({
      code: 'HOTROD_SERVER_INVALID_OPTION',
    });
  });
});
