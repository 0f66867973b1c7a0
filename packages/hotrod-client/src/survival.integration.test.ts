import { HotRodServer } from '@kvtwin/hotrod-server';
import { freePort, fromHex, type Rudeness, startRudeServer } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { closers, eventually, failureOf, once, quick } from '../test/cluster-fixture.js';
import type { ScriptedServerOptions } from '../test/scripted-server.js';
import { connected, embedded, impatient, scripted } from '../test/server-fixture.js';
import { codecs, HotRodClient } from './index.js';

/** `A1`, id 1, ping's reply, OK, no topology, no media types, 4.1, no opcodes. */
const pong = fromHex('a101180000 00 00 29 00'.replaceAll(' ', ''));

describe('connecting', () => {
  it.each<[string, Rudeness, string]>([
    ['closes at once', { kind: 'close' }, 'HOTROD_CONNECT'],
    ['resets at once', { kind: 'reset' }, 'HOTROD_CONNECT'],
    ['says nothing', { kind: 'silent' }, 'HOTROD_CONNECT'],
    ['does not even read', { kind: 'deaf' }, 'HOTROD_CONNECT'],
    ['sends garbage', { kind: 'garbage' }, 'HOTROD_PROTOCOL'],
    ['is a web server', { kind: 'html' }, 'HOTROD_PROTOCOL'],
    [
      'resets in the middle of its answer',
      { kind: 'reset-after', bytes: pong.subarray(0, 5) },
      'HOTROD_CONNECT',
    ],
    [
      'closes in the middle of its answer',
      { kind: 'close-after', bytes: pong.subarray(0, 5) },
      'HOTROD_CONNECT',
    ],
    [
      'answers another request',
      { kind: 'reply', bytes: fromHex('a109180000000029 00'.replaceAll(' ', '')) },
      'HOTROD_PROTOCOL',
    ],
    ['answers with another opcode', { kind: 'reply', bytes: fromHex('a101040000') }, 'HOTROD_PROTOCOL'],
    [
      'announces 2 GiB',
      { kind: 'reply', bytes: fromHex('a1015085 00 ffffffff07'.replaceAll(' ', '')) },
      'HOTROD_PROTOCOL',
    ],
    ['has an unknown status', { kind: 'reply', bytes: fromHex('a101180900') }, 'HOTROD_PROTOCOL'],
  ])('fails with a typed error where the server %s', async (_, rudeness, code) => {
    const server = await startRudeServer(rudeness);
    closers.push(() => server.close());
    const failure = await failureOf(HotRodClient.connect(`hotrod://${server.address}`, impatient));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(server.address);
  });

  it('says that it met a web server', async () => {
    const server = await startRudeServer({ kind: 'html' });
    closers.push(() => server.close());
    await expect(HotRodClient.connect(`hotrod://${server.address}`, impatient)).rejects.toThrow(
      /like a web server/,
    );
  });

  it('fails where nobody listens, and tries the next address where there is one', async () => {
    const server = await embedded();
    const dead = await freePort();
    expect((await failureOf(HotRodClient.connect(`hotrod://127.0.0.1:${dead}`, quick))).code).toBe(
      'HOTROD_CONNECT',
    );
    const client = await connected(`hotrod://127.0.0.1:${dead},127.0.0.1:${server.port}`);
    expect(await client.cache('users').get('k')).toBeUndefined();
  });

  it('understands an answer that comes byte by byte', async () => {
    const server = await startRudeServer({ kind: 'trickle', bytes: pong, everyMs: 2 });
    closers.push(() => server.close());
    expect((await connected(`hotrod://${server.address}`)).protocolVersion).toBe('4.1');
  });

  it.each(['2.0', '2.4', '2.9', '3.0', '3.1', '4.0', '4.1'] as const)(
    'agrees on %s with a server that speaks nothing newer',
    async (maxVersion) => {
      const server = await HotRodServer.listen({ caches: { c: {} }, maxVersion });
      closers.push(() => server.close());
      const client = await connected(server.url);
      expect(client.protocolVersion).toBe(maxVersion);
      await client.cache('c').set('k', 'v');
      expect(await client.cache('c').get('k')).toBe('v');
    },
  );

  it('does not look for a version beside the one that it was told', async () => {
    const server = await HotRodServer.listen({ caches: { c: {} }, maxVersion: '3.0' });
    closers.push(() => server.close());
    const refused = await failureOf(HotRodClient.connect(server.url, { ...quick, protocol: '4.1' }));
    expect(refused).toMatchObject({ code: 'HOTROD_REQUEST_REFUSED', status: 0x83 });
  });

  it('falls back to 2.9 where the answer to a 3.1 ping stops behind the media types', async () => {
    const server = await scripted({
      answer: () => ({ outcome: 'absent' }),
      answerPing: ({ header }) => (header.version === '2.9' ? { outcome: 'ok' } : fromHex('a1011800000000')),
    });
    const client = await connected(server.url, { ...quick, connectTimeoutMs: 1_000 });
    expect(client.protocolVersion).toBe('2.9');
    expect(await client.cache('users').get('k')).toBeUndefined();
    expect(server.accepted).toBe(2);
  });

  it('does not let calls wait for a far-off attempt when the server is back', async () => {
    const port = await freePort();
    const patient = { lazy: true, maxRetries: 0, reconnectMinMs: 600_000, reconnectMaxMs: 600_000 };
    const client = await connected(`hotrod://127.0.0.1:${port}`, patient);
    const users = client.cache('users');
    expect((await failureOf(users.get('k'))).code).toBe('HOTROD_CONNECT');
    expect((await failureOf(users.get('k'))).code).toBe('HOTROD_CONNECT');
    await embedded(port);
    // Neither of the first two calls has it asked more than once in 200 ms.
    await eventually(async () => expect(await users.has('k')).toBe(false));
  });

  it('waits for the first call where it is lazy', async () => {
    const dead = await freePort();
    const client = await connected(`hotrod://127.0.0.1:${dead}`, { ...quick, lazy: true });
    expect((await failureOf(client.cache('users').get('k'))).code).toBe('HOTROD_CONNECT');
    const server = await embedded(dead);
    await eventually(async () => expect(await client.cache('users').has('k')).toBe(false));
    expect(server.connections).toBe(1);
  });
});

describe('time limits', () => {
  it('end a call whose answer does not come, and swallow the answer that comes late', async () => {
    const server = await embedded();
    const client = await connected(server.url);
    const users = client.cache('users');
    server.faults.holdReplies();
    const read = await failureOf(users.get('k', { timeoutMs: 20 }));
    expect(read).toMatchObject({
      code: 'HOTROD_TIMEOUT',
      mayHaveBeenApplied: false,
      operation: 'get',
      cache: 'users',
    });
    const write = await failureOf(users.set('k', 'v', { timeoutMs: 20 }));
    expect(write).toMatchObject({ code: 'HOTROD_TIMEOUT', mayHaveBeenApplied: true });
    expect(write.message).toMatch(
      /put #\d+ on cache users to 127\.0\.0\.1:\d+ timed out after 20 ms; the server may have applied it/,
    );
    expect(client.load.inFlight).toBeGreaterThanOrEqual(2);
    server.faults.releaseReplies();
    expect(await users.get('k')).toBe('v');
    expect(client.load.inFlight).toBe(0);
    expect(server.connections).toBe(1);
  });

  it('end each call by its own limit', async () => {
    const server = await embedded();
    const users = (await connected(server.url, quick)).cache('users');
    server.faults.holdReplies();
    const long = users.get('k');
    expect((await failureOf(users.get('k', { timeoutMs: 15 }))).code).toBe('HOTROD_TIMEOUT');
    server.faults.releaseReplies();
    expect(await long).toBeUndefined();
  });

  it('find a half-open connection: a server that does not even answer a ping is left', async () => {
    const server = await scripted({
      answer: (_, connection) => (connection === 1 ? 'silence' : { outcome: 'absent' }),
      answerPing: onlyFirstPingOn(1),
    });
    const users = (await connected(server.url, impatient)).cache('users');
    expect((await failureOf(users.get('k', { timeoutMs: 20 }))).code).toBe('HOTROD_TIMEOUT');
    await eventually(async () => expect(await users.get('k', { timeoutMs: 100 })).toBeUndefined());
    expect(server.accepted).toBe(2);
  });

  it('ping an idle connection, and leave it when that stays unanswered', async () => {
    const server = await scripted({ answer: () => ({ outcome: 'absent' }), answerPing: onlyFirstPingOn(1) });
    const client = await connected(server.url, { ...impatient, keepAliveMs: 20 });
    await eventually(() => expect(server.accepted).toBe(2));
    expect(server.received.slice(0, 2)).toEqual(['ping', 'ping']);
    expect(await client.cache('users').get('k')).toBeUndefined();
  });
});

describe('signals', () => {
  it('end a call at once, also one that never got sent', async () => {
    const server = await embedded();
    const client = await connected(server.url);
    const users = client.cache('users');
    expect((await failureOf(users.get('k', { signal: AbortSignal.abort() }))).code).toBe('HOTROD_ABORTED');
    server.faults.holdReplies();
    const controller = new AbortController();
    const pending = failureOf(users.set('k', 'v', { signal: controller.signal }));
    await eventually(() => expect(server.cache('users').size).toBe(1));
    controller.abort(new Error('no longer needed'));
    const failure = await pending;
    expect(failure).toMatchObject({ code: 'HOTROD_ABORTED', mayHaveBeenApplied: true });
    expect((failure.cause as Error).message).toBe('no longer needed');
    server.faults.releaseReplies();
    expect(await users.get('k')).toBe('v');
  });

  it('stop an iteration', async () => {
    const server = await embedded();
    const users = (await connected(server.url)).cache('users');
    await Promise.all(Array.from({ length: 20 }, (_, at) => users.set(`k${at}`, 'v')));
    const controller = new AbortController();
    const run = async () => {
      for await (const _ of users.entries({ batchSize: 2, signal: controller.signal })) controller.abort();
    };
    expect((await failureOf(run())).code).toBe('HOTROD_ABORTED');
    expect(await users.size()).toBe(20);
  });
});

describe('a connection that is lost', () => {
  it('has reads sent again, and writes fail with what may have happened', async () => {
    const server = await scripted({
      answer: ({ operation }, connection) => {
        if (connection > 1) return operation.name === 'put' ? { outcome: 'ok' } : { outcome: 'absent' };
        return operation.name === 'clear' ? 'reset' : 'silence';
      },
    });
    const users = (await connected(server.url, { ...quick, retryWrites: false })).cache('users');
    const read = users.get('k');
    const writes = [users.set('k', 'v'), users.setIfAbsent('k', 'v'), users.clear()].map(failureOf);
    expect(await read).toBeUndefined();
    for (const failure of await Promise.all(writes)) {
      expect(failure).toMatchObject({ code: 'HOTROD_CONNECTION_LOST', mayHaveBeenApplied: true });
    }
    expect(server.received).toEqual(['ping', 'get', 'put', 'putIfAbsent', 'clear', 'ping', 'get']);
  });

  it('has writes sent again where twice is the same as once, in their order', async () => {
    const server = await scripted({
      answer: ({ operation }, connection) => {
        if (connection === 1) return operation.name === 'remove' ? 'reset' : 'silence';
        return operation.name === 'get' ? { outcome: 'absent' } : { outcome: 'ok' };
      },
    });
    const users = (await connected(server.url)).cache('users');
    const once = [users.setIfAbsent('k', 'v'), users.replaceIf('k', 'v', 1n), users.getAndSet('k', 'v')];
    const lost = once.map(failureOf);
    const twice = [users.set('a', 'v'), users.get('a'), users.set('b', 'v'), users.clear()];
    const removal = failureOf(users.delete('k'));
    await Promise.all(twice);
    for (const failure of [...(await Promise.all(lost)), await removal]) {
      expect(failure).toMatchObject({ code: 'HOTROD_CONNECTION_LOST', mayHaveBeenApplied: true });
    }
    expect(server.received.slice(-5)).toEqual(['ping', 'put', 'get', 'put', 'clear']);
  });

  it('is not forgotten where a write could not be sent again: it may have been applied', async () => {
    const server = await scripted({
      answer: () => {
        void server.close();
        return 'reset';
      },
    });
    const users = (await connected(server.url)).cache('users');
    expect(await failureOf(users.set('k', 'v'))).toMatchObject({
      code: 'HOTROD_CONNECT',
      mayHaveBeenApplied: true,
    });
    expect(await failureOf(users.set('k', 'v'))).toMatchObject({
      code: 'HOTROD_CONNECT',
      mayHaveBeenApplied: false,
    });
  });

  it('is retried so many times and no more', async () => {
    const server = await scripted({ answer: () => 'reset' });
    const users = (await connected(server.url, { ...quick, maxRetries: 2, timeoutMs: 5_000 })).cache('users');
    const failure = await failureOf(users.get('k'));
    expect(failure).toMatchObject({
      code: 'HOTROD_CONNECTION_LOST',
      retryable: true,
      mayHaveBeenApplied: false,
    });
    expect(server.received.filter((name) => name === 'get')).toHaveLength(3);
  });

  it('is replaced after the server was restarted on its port', async () => {
    const port = await freePort();
    const first = await HotRodServer.listen({ caches: { users: {} }, port });
    const client = await connected(`hotrod://127.0.0.1:${port}`, { ...quick, maxRetries: 1 });
    const users = client.cache('users');
    await users.set('k', 'v');
    await first.close();
    await eventually(async () => expect((await failureOf(users.get('k'))).code).toBe('HOTROD_CONNECT'));
    const started = performance.now();
    await Promise.all(Array.from({ length: 50 }, () => failureOf(users.get('k'))));
    expect(performance.now() - started).toBeLessThan(2_000);
    await embedded(port);
    await eventually(async () => expect(await users.get('k')).toBeUndefined());
    await users.set('k', 'w');
    expect(await users.get('k')).toBe('w');
  });

  it('loses its cursors, and says so', async () => {
    const server = await embedded();
    const client = await connected(server.url);
    const users = client.cache('users');
    await Promise.all(Array.from({ length: 50 }, (_, at) => users.set(`k${at}`, 'v')));
    let lost: Promise<unknown> | undefined;
    const run = async () => {
      for await (const _ of users.entries({ batchSize: 2 })) {
        lost ??= once(client, 'disconnect');
        server.faults.resetConnections();
        await lost;
      }
    };
    expect(['HOTROD_ITERATION_LOST', 'HOTROD_CONNECTION_LOST']).toContain((await failureOf(run())).code);
    expect(await users.size()).toBe(50);
  });

  it('names the size where a server closes over a large request', async () => {
    const server = await scripted({ answer: () => 'close' });
    const users = (await connected(server.url)).cache('users', { value: codecs.bytes });
    const failure = await failureOf(users.set('k', new Uint8Array(2 * 1024 * 1024)));
    expect(failure.message).toMatch(/max-content-length/);
  });

  it.each([
    ['a reply to nobody', fromHex('a17f040000')],
    ['a status without a meaning', fromHex('a102040700')],
    ['an announced 2 GiB', fromHex('a102040000ffffffff07')],
    ['garbage', fromHex('00ff00ff')],
    ['an error about unreadable bytes', fromHex('a1005081000362616 4'.replaceAll(' ', ''))],
  ])('%s ends it, with a typed error for all who wait', async (_, bytes) => {
    const server = await scripted({
      answer: (_request, connection) => (connection === 1 ? bytes : { outcome: 'absent' }),
    });
    const users = (await connected(server.url, { ...quick, maxRetries: 0 })).cache('users');
    const failures = await Promise.all([failureOf(users.get('a')), failureOf(users.set('b', 'v'))]);
    for (const { code } of failures) expect(['HOTROD_PROTOCOL', 'HOTROD_CONNECTION_LOST']).toContain(code);
    expect(failures[1]?.mayHaveBeenApplied).toBe(true);
    expect(await users.get('k')).toBeUndefined();
  });
});

/** A connection that answers its first ping only. */
function onlyFirstPingOn(limited: number): NonNullable<ScriptedServerOptions['answerPing']> {
  let pings = 0;
  return (_, connection) => {
    if (connection === limited && ++pings > 1) return 'silence';
    return { outcome: 'ok', serverVersion: 41, opcodes: [] } as { outcome: 'ok' };
  };
}
