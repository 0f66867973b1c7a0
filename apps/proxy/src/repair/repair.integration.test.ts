import { join } from 'node:path';
import { readJournal } from '@kvtwin/journal';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { askAt, type PairRig, pairRig, type RigAnswer } from '../../test/pair-rig.js';

let rig: PairRig;
afterEach(() => rig.close());

const limit = { timeout: 15_000, interval: 20 };
const node = (at: 0 | 1, path: string, body?: string): Promise<RigAnswer> =>
  askAt(`http://127.0.0.1:${rig.nodes[at].port}`, path, body);
const shown = ({ status, version, body }: RigAnswer): string => `${status} ${version ?? ''} ${body}`.trim();

async function untilRepaired(): Promise<void> {
  await vi.waitFor(() => expect(rig.proxy.repairs()?.waiting).toBe(0), limit);
}

/** Every command that writes, the state before it and how to read the key through the pair. */
const commands: [
  title: string,
  before: [string, string?][],
  write: [string, string?],
  read: [string, string?],
  after: string,
][] = [
  ['a put of a new key', [], ['/put?key=k', 'v'], ['/get2?key=k'], '200 1 v'],
  [
    'an overwrite',
    [
      ['/put?key=k', 'a'],
      ['/put?key=k', 'b'],
    ],
    ['/put?key=k', 'c'],
    ['/get2?key=k'],
    '200 3 c',
  ],
  ['a conditional put', [['/put?key=k', 'a']], ['/put?key=k&ver=1', 'b'], ['/get2?key=k'], '200 2 b'],
  ['a replay', [['/put?key=k', 'a']], ['/put?key=k&ver=9&is_dup=true', 'b'], ['/get2?key=k'], '200 9 b'],
  ['a del', [['/put?key=k', 'a']], ['/del?key=k'], ['/get2?key=k'], '404 0'],
  ['an hset', [['/hset?tb=t&key=f', 'a']], ['/hset?tb=t&key=f', 'b'], ['/hget2?tb=t&key=f'], '200 2 b'],
  ['an hset in a new table', [], ['/hset?tb=t&key=f', 'b'], ['/hget2?tb=t&key=f'], '200 1 b'],
  ['an hdel', [['/hset?tb=t&key=f', 'a']], ['/hdel?tb=t&key=f'], ['/hget2?tb=t&key=f'], '404 0'],
  ['an sadd', [], ['/sadd?tb=t', 'm'], ['/sismember2?tb=t', 'm'], '200 1'],
  ['an sadd again', [['/sadd?tb=t', 'm']], ['/sadd?tb=t', 'm'], ['/sismember2?tb=t', 'm'], '200 2'],
  ['an srem', [['/sadd?tb=t', 'm']], ['/srem?tb=t', 'm'], ['/sismember2?tb=t', 'm'], '404 0'],
  ['a zadd', [['/zadd?tb=t&score=5', 'm']], ['/zadd?tb=t&score=7', 'm'], ['/zscore2?tb=t&key=m'], '200 2 7'],
  [
    'a zadd that adds',
    [['/zadd?tb=t&score=5', 'm']],
    ['/zadd?tb=t&score=7&opt=1', 'm'],
    ['/zscore2?tb=t&key=m'],
    '200 2 12',
  ],
  ['a zrem', [['/zadd?tb=t&score=5', 'm']], ['/zrem?tb=t', 'm'], ['/zscore2?tb=t&key=m'], '404 0'],
  [
    'a key with every byte',
    [],
    ['/hset?tb=t&key=%00%25%2F%C3%A4%ff', 'v'],
    ['/hget2?tb=t&key=%00%25%2F%C3%A4%ff'],
    '200 1 v',
  ],
];

describe.each([0, 1] as const)('with side %i stopped', (down) => {
  it.each(commands)('%s reaches it when it is back', async (_title, before, write, read, after) => {
    rig = await pairRig();
    for (const [path, body] of before) expect((await rig.ask(path, body)).status).toBe(200);
    await rig.nodes[down].stop();
    const answer = await rig.ask(...write);
    expect([answer.status, answer.sync]).toEqual([200, `127.0.0.1:${rig.nodes[down].port}`]);
    expect(rig.proxy.repairs()).toMatchObject({ waiting: 1, conflicts: 0 });
    await rig.nodes[down].start();
    await untilRepaired();
    expect(shown(await rig.ask(...read))).toBe(after);
    expect(rig.proxy.repairs()?.conflicts).toBe(0);
  });

  it('a removal and what was written anew afterwards reach it with the version that begins anew', async () => {
    rig = await pairRig();
    for (const value of ['a', 'b', 'c']) await rig.ask('/hset?tb=t&key=f', value);
    await rig.ask('/hset?tb=t&key=other', 'x');
    await rig.nodes[down].stop();
    await rig.ask('/hdel?tb=t&key=f');
    await rig.ask('/hset?tb=t&key=f', 'd');
    await rig.nodes[down].start();
    await untilRepaired();
    expect(shown(await rig.ask('/hget2?tb=t&key=f'))).toBe('200 1 d');
    expect(rig.proxy.repairs()?.conflicts).toBe(0);
  });

  it('many writes of one key reach it as the last one, with its version', async () => {
    rig = await pairRig();
    await rig.ask('/put?key=k', 'before');
    await rig.nodes[down].stop();
    for (let at = 1; at <= 200; at++) await rig.ask('/put?key=k', `v${at}`);
    await rig.ask('/del?key=gone', undefined);
    expect(rig.proxy.repairs()?.waiting).toBeLessThan(140);
    await rig.nodes[down].start();
    await untilRepaired();
    expect(shown(await rig.ask('/get2?key=k'))).toBe('200 201 v200');
  });
});

describe('the journal', () => {
  it('has the write before the caller hears of it', async () => {
    rig = await pairRig();
    await rig.ask('/hset?tb=t&key=f', 'old');
    await rig.nodes[1].stop();
    await rig.ask('/hset?tb=t&key=f', 'new');
    const lines: Record<string, unknown>[] = [];
    for await (const { text } of readJournal(join(rig.journal, 'intents'))) lines.push(JSON.parse(text));
    expect(lines.at(-1)).toMatchObject({
      pair: rig.nodes.map(({ port }) => `127.0.0.1:${port}`).join('|'),
      type: 'hash',
      table: 't',
      key: Buffer.from('f').toString('base64'),
      command: 'hset',
      side: 1,
      // echo -n old | sha256sum; echo -n new | sha256sum
      base: [
        { hash: 'cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4', token: '1' },
        'unknown',
      ],
      written: '11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437',
    });
  });

  it('is read again by the next proxy, which goes on with it', async () => {
    rig = await pairRig();
    await rig.ask('/put?key=k', 'a');
    await rig.nodes[1].stop();
    await rig.ask('/put?key=k', 'b');
    await rig.restartProxy();
    expect(rig.proxy.repairs()?.waiting).toBe(1);
    await rig.nodes[1].start();
    await untilRepaired();
    expect(shown(await rig.ask('/get2?key=k'))).toBe('200 2 b');
    await rig.restartProxy();
    expect(rig.proxy.repairs()?.waiting).toBe(0);
  });

  it('is one proxy’s: another one on the same directory does not start', async () => {
    rig = await pairRig();
    const { startProxy } = await import('../start-proxy.js');
    await expect(
      startProxy({ first: 'memory:a', second: 'memory:b', port: 0, journal: rig.journal }),
    ).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' });
  });

  it.each([
    ['strict', 404],
    ['extended', 503],
  ] as const)(
    'that is full lets no write be acknowledged that it cannot keep (%s)',
    async (compat, status) => {
      rig = await pairRig({ maxOpenRepairs: 2, compat });
      await rig.nodes[1].stop();
      expect((await rig.ask('/put?key=a', 'v')).status).toBe(200);
      expect((await rig.ask('/put?key=b', 'v')).status).toBe(200);
      const refused = await rig.ask('/put?key=c', 'v');
      expect(refused.status).toBe(status);
      expect((await node(0, '/hustdb/get?key=c')).status).toBe(404);
      await rig.nodes[1].start();
      await untilRepaired();
      expect((await rig.ask('/put?key=c', 'v')).status).toBe(200);
    },
  );
});

describe('what somebody else wrote on the side that was away', () => {
  it.each<[string, [string, string?], string]>([
    ['a newer value', ['/hustdb/put?key=k', 'newer'], '200 2 newer'],
    ['a value of the same version, after a removal', ['/hustdb/del?key=k'], '404 0'],
  ])('is not overwritten: %s', async (_title, [path, body], kept) => {
    rig = await pairRig();
    await rig.ask('/put?key=k', 'base');
    await rig.nodes[1].stop();
    await rig.ask('/put?key=k', 'ours');
    await rig.proxy.close();
    await rig.nodes[1].start();
    expect((await node(1, path, body)).status).toBe(200);
    await rig.restartProxy();
    await untilRepaired();
    expect(shown(await node(1, '/hustdb/get?key=k'))).toBe(kept);
    expect(shown(await node(0, '/hustdb/get?key=k'))).toBe('200 2 ours');
    expect(rig.proxy.repairs()?.conflicts).toBe(1);
    const lines: Record<string, unknown>[] = [];
    for await (const { text } of readJournal(join(rig.journal, 'conflicts'))) lines.push(JSON.parse(text));
    expect(lines).toMatchObject([
      { conflict: 'diverged', command: 'put', key: Buffer.from('k').toString('base64') },
    ]);
  });

  it('is not removed by a removal of an older value', async () => {
    rig = await pairRig();
    await rig.ask('/put?key=k', 'base');
    await rig.nodes[1].stop();
    await rig.ask('/del?key=k');
    await rig.proxy.close();
    await rig.nodes[1].start();
    await node(1, '/hustdb/put?key=k', 'newer');
    await rig.restartProxy();
    await untilRepaired();
    expect(shown(await node(1, '/hustdb/get?key=k'))).toBe('200 2 newer');
    expect(rig.proxy.repairs()?.conflicts).toBe(1);
  });
});

describe('two proxies over the same sides', () => {
  it('each with its own journal, bring a side along together', async () => {
    rig = await pairRig({ conflictCheckMs: 500 });
    await rig.ask('/put?key=k', 'a');
    const { startProxy } = await import('../start-proxy.js');
    const [first, second] = rig.nodes.map(({ url }) => url);
    const other = await startProxy({ first, second, port: 0, maxRepairDelayMs: 200, conflictCheckMs: 500 });
    try {
      await rig.nodes[1].stop();
      await rig.ask('/put?key=k', 'b');
      await askAt(other.url, '/put?key=k', 'c');
      await rig.ask('/put?key=k', 'd');
      await rig.nodes[1].start();
      await untilRepaired();
      await vi.waitFor(() => expect(other.repairs()?.waiting).toBe(0), limit);
      expect(shown(await rig.ask('/get2?key=k'))).toBe('200 4 d');
      expect([rig.proxy.repairs()?.conflicts, other.repairs()?.conflicts]).toEqual([0, 0]);
    } finally {
      await other.close();
    }
  });
});

describe('a side that refuses', () => {
  it('makes a conflict, which is never replayed', async () => {
    rig = await pairRig();
    await rig.ask('/put?key=k', 'a');
    await node(1, '/hustdb/put?key=k', 'b');
    const answer = await rig.ask('/put?key=k&ver=1', 'c');
    expect([answer.status, answer.sync]).toEqual([200, `127.0.0.1:${rig.nodes[1].port}`]);
    expect(rig.proxy.repairs()).toMatchObject({ waiting: 0, conflicts: 1 });
    expect(shown(await node(1, '/hustdb/get?key=k'))).toBe('200 2 b');
  });

  it('is told by 409 with both versions in the extended dialect', async () => {
    rig = await pairRig({ compat: 'extended' });
    await rig.ask('/put?key=k', 'a');
    await node(1, '/hustdb/put?key=k', 'b');
    const answer = await rig.ask('/put?key=k&ver=1', 'c');
    expect([answer.status, answer.header('version1'), answer.header('version2')]).toEqual([409, '2', '2']);
    expect(rig.proxy.repairs()?.conflicts).toBe(1);
  });
});

describe('a counter', () => {
  it('is added to on the first side, and comes to the second by itself', async () => {
    rig = await pairRig();
    expect((await rig.ask('/hincrby?tb=t&key=c&val=5')).body).toBe('5');
    expect((await rig.ask('/hincrby?tb=t&key=c&val=2')).body).toBe('7');
    await untilRepaired();
    expect(shown(await rig.ask('/hget2?tb=t&key=c'))).toBe('200 2 7');
  });

  it('loses and doubles nothing over an outage of the second side', async () => {
    rig = await pairRig();
    await rig.ask('/hset?tb=t&key=c', '100');
    let sum = 100;
    for (let at = 1; at <= 30; at++) {
      if (at === 10) await rig.nodes[1].stop();
      if (at === 20) await rig.nodes[1].start();
      sum += at;
      expect((await rig.ask(`/hincrby?tb=t&key=c&val=${at}`)).body).toBe(String(sum));
    }
    await untilRepaired();
    expect(shown(await rig.ask('/hget2?tb=t&key=c'))).toBe(`200 31 ${sum}`);
    expect(rig.proxy.repairs()?.conflicts).toBe(0);
  });

  it('is not served while the first side is away', async () => {
    rig = await pairRig();
    await rig.nodes[0].stop();
    expect((await rig.ask('/hincrby?tb=t&key=c&val=5')).status).toBe(404);
    await rig.nodes[0].start();
    await untilRepaired();
    expect((await rig.ask('/hget?tb=t&key=c')).status).toBe(404);
  });
});

describe('a score that is added to', () => {
  it('is not added to where the side that has the acknowledged score is away', async () => {
    rig = await pairRig();
    await rig.ask('/zadd?tb=t&score=1', 'm');
    await rig.nodes[1].stop();
    expect((await rig.ask('/zadd?tb=t&score=10&opt=1', 'm')).sync).toMatch(/^127/);
    expect((await rig.ask('/zadd?tb=t&score=10&opt=1', 'm')).header('x-sides')).toBe('applied, not-sent');
    await rig.nodes[0].stop();
    await rig.nodes[1].start();
    expect((await rig.ask('/zadd?tb=t&score=100&opt=1', 'm')).status).toBe(404);
    await rig.nodes[0].start();
    await untilRepaired();
    expect((await rig.ask('/zadd?tb=t&score=1000&opt=1', 'm')).status).toBe(200);
    expect(shown(await rig.ask('/zscore2?tb=t', 'm'))).toBe('200 4 1021');
    expect(rig.proxy.repairs()?.conflicts).toBe(0);
  });
});
