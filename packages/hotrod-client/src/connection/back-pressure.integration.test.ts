import { startRudeServer } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { closers, eventually, failureOf, quick } from '../../test/cluster-fixture.js';
import { connected, embedded, scripted } from '../../test/server-fixture.js';
import { startSplittingRelay } from '../../test/splitting-relay.js';
import { codecs, HotRodClient } from '../index.js';

describe('back-pressure', () => {
  const megabyte = new Uint8Array(1024 * 1024);

  it('lets calls wait while the server does not read, and hands the socket only what it takes', async () => {
    const server = await scripted({ answer: () => 'silence', deaf: true });
    const client = await connected(server.url, { ...quick, timeoutMs: 200, keepAliveMs: 0 });
    const values = client.cache('users', { value: codecs.bytes });
    const calls = Array.from({ length: 200 }, (_, at) => failureOf(values.set(`k${at}`, megabyte)));
    await eventually(() => expect(client.load.waiting).toBeGreaterThan(100));
    expect(client.load.inFlight).toBeLessThan(50);
    const failures = await Promise.all(calls);
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['HOTROD_TIMEOUT']));
    expect(failures.filter((failure) => failure.mayHaveBeenApplied).length).toBeLessThan(50);
    expect(client.load.waiting).toBe(0);
    expect(client.load.waitingBytes).toBe(0);
  });

  it('refuses calls past maxQueuedBytes where it is told to', async () => {
    const server = await scripted({ answer: () => 'silence', deaf: true });
    const client = await connected(server.url, {
      ...quick,
      overload: 'reject',
      timeoutMs: 300,
      maxQueuedBytes: 4 * 1024 * 1024,
    });
    const values = client.cache('users', { value: codecs.bytes });
    const failures = await Promise.all(
      Array.from({ length: 100 }, (_, at) => failureOf(values.set(`k${at}`, megabyte))),
    );
    const refused = failures.filter(({ code }) => code === 'HOTROD_OVERLOADED');
    expect(refused.length).toBeGreaterThan(80);
    expect(refused.every((failure) => !failure.mayHaveBeenApplied)).toBe(true);
  });

  it('keeps to maxInFlight', async () => {
    let open = 0;
    let most = 0;
    const server = await scripted({
      answer: () => {
        open++;
        most = Math.max(most, open);
        setImmediate(() => open--);
        return { outcome: 'absent' };
      },
    });
    const users = (await connected(server.url, { ...quick, maxInFlight: 4 })).cache('users');
    await Promise.all(Array.from({ length: 100 }, (_, at) => users.get(`k${at}`)));
    expect(most).toBeLessThanOrEqual(4);
  });

  it('refuses calls past maxInFlight where it is told to', async () => {
    const server = await embedded();
    const client = await connected(server.url, { ...quick, maxInFlight: 3, overload: 'reject' });
    const users = client.cache('users');
    server.faults.holdReplies();
    const three = [users.get('a'), users.get('b'), users.get('c')];
    expect((await failureOf(users.get('d'))).code).toBe('HOTROD_OVERLOADED');
    server.faults.releaseReplies();
    await Promise.all(three);
    expect(await users.get('d')).toBeUndefined();
  });
});

describe('close', () => {
  it('settles every call and says which may have been applied', async () => {
    const server = await embedded();
    const client = await connected(server.url, { ...quick, maxInFlight: 2 });
    const users = client.cache('users');
    server.faults.holdReplies();
    const calls = [users.get('a'), users.set('b', 'v'), users.set('c', 'v'), users.get('d')].map(failureOf);
    await eventually(() => expect(server.cache('users').size).toBe(1));
    await client.close();
    await client.close();
    const failures = await Promise.all(calls);
    expect(failures.map(({ code }) => code)).toEqual(Array(4).fill('HOTROD_CLOSED'));
    expect(failures.map((failure) => failure.mayHaveBeenApplied)).toEqual([false, true, false, false]);
    expect((await failureOf(users.get('a'))).code).toBe('HOTROD_CLOSED');
    server.faults.releaseReplies();
    await eventually(() => expect(server.connections).toBe(0));
  });

  it('settles calls that wait for a connection', async () => {
    const server = await startRudeServer({ kind: 'silent' });
    closers.push(() => server.close());
    const client = await connected(`hotrod://${server.address}`, {
      ...quick,
      lazy: true,
      connectTimeoutMs: 60_000,
    });
    const pending = failureOf(client.cache('users').set('k', 'v', { timeoutMs: 60_000 }));
    await eventually(() => expect(server.accepted).toBe(1));
    await client.close();
    expect(await pending).toMatchObject({ code: 'HOTROD_CLOSED', mayHaveBeenApplied: false });
  });

  it('comes with the end of an await using', async () => {
    const server = await embedded();
    {
      await using client = await HotRodClient.connect(server.url);
      await client.cache('users').set('k', 'v');
    }
    await eventually(() => expect(server.connections).toBe(0));
  });

  it('is not needed for the process to end: an idle client holds nothing', async () => {
    const server = await embedded();
    const holding = () =>
      process.getActiveResourcesInfo().filter((name) => /TCPSocketWrap|Timeout/.test(name)).length;
    const before = holding();
    const client = await connected(server.url);
    await client.cache('users').get('k');
    const serverSide = 1;
    await eventually(() => expect(holding()).toBeLessThanOrEqual(before + serverSide));
  });
});

describe('answers in pieces', () => {
  it.each([1, 2, 3, 7])('of %i bytes are put together', async (pieceBytes) => {
    const server = await embedded();
    const relay = await startSplittingRelay(server.port, pieceBytes);
    closers.push(() => relay.close());
    const client = await connected(relay.url, { timeoutMs: 10_000 });
    const users = client.cache('users');
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => users.set(`k${at}`, `value ${at}`, { lifespan: '1h' })),
    );
    const [size, values, entry, many, shown] = await Promise.all([
      users.size(),
      Promise.all(Array.from({ length: 20 }, (_, at) => users.get(`k${at}`))),
      users.getEntry('k7'),
      users.getMany(Array.from({ length: 20 }, (_, at) => `k${at}`)),
      users.stats(),
    ]);
    expect(size).toBe(20);
    expect(values).toEqual(Array.from({ length: 20 }, (_, at) => `value ${at}`));
    expect(entry).toMatchObject({ value: 'value 7', lifespanMs: 3_600_000 });
    expect(many.size).toBe(20);
    expect(shown.currentNumberOfEntries).toBe(20);
  });
});
