import type { CacheRequest, NodeCacheReply, NodeListing } from '@kvtwin/hustdb-protocol';
import { StoreError, type WriteResult } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import type { AddRequest, AddResult, CopyRequest, ListRequest, Side } from './side.js';
import { TwoSides } from './two-sides.js';

interface Answers {
  readonly list?: NodeListing;
  readonly cache?: NodeCacheReply;
  readonly add?: AddResult;
  readonly copy?: WriteResult;
}

/** A side that answers as told, and fails where it is told nothing; it notes what it was asked. */
class ScriptedSide implements Side {
  readonly asked: string[] = [];
  readonly copied: CopyRequest[] = [];
  readonly added: AddRequest[] = [];

  constructor(
    readonly name: string,
    readonly answers: Answers,
    readonly copies = false,
  ) {}

  list = () => this.#answer('list');
  text = async () => undefined;
  cache = () => this.#answer('cache');
  add = (request: AddRequest) => {
    this.added.push(request);
    return this.#answer('add');
  };
  copy = (request: CopyRequest) => {
    this.copied.push(request);
    return this.#answer('copy');
  };
  close = async () => {};

  async #answer<K extends keyof Answers>(what: K): Promise<NonNullable<Answers[K]>> {
    this.asked.push(what);
    const answer = this.answers[what];
    if (answer !== undefined) return answer;
    throw new StoreError('down', { code: 'STORE_UNREACHABLE', mayHaveBeenApplied: true });
  }
}

const entries = (version: string): NodeListing => ({
  outcome: 'listed',
  entries: [{ key: Buffer.from('m'), version }],
});
const none: NodeListing = { outcome: 'wrong-table' };
const done = (body: string): NodeCacheReply => ({ outcome: 'done', body: Buffer.from(body) });
const failed: NodeCacheReply = { outcome: 'failed' };
const applied = (sum: string): AddResult => ({
  outcome: 'applied',
  sum,
  version: { scheme: 'counter', token: '3' },
});

const RANGE = { command: 'zrangebyrank', request: { table: 'z', offset: 0, size: 9 } } as ListRequest;
const CACHED = { command: 'cache_get', request: { key: Buffer.from('k') } } as CacheRequest;
const ADD: AddRequest = {
  type: 'hash',
  table: 't',
  key: Buffer.from('k'),
  by: 2n,
  ver: 0,
  isDup: false,
  ttlSeconds: 60,
};

function two(
  first: Answers,
  second: Answers,
  older: Answers[] = [],
  copies = false,
  names = ['10.0.0.1:1', '10.0.0.2:2'],
) {
  const sides = [
    new ScriptedSide(names[0]!, first, copies),
    new ScriptedSide(names[1]!, second, copies),
  ] as const;
  const before = older.map((answers, at) => new ScriptedSide(`older${at}`, answers));
  return { sides, older: before, pair: new TwoSides(sides, before) };
}

describe('a range of two sides', () => {
  it.each([
    ['the first that has it', { list: entries('1') }, { list: entries('2') }, 'listed'],
    ['the second where the first has it not', { list: none }, { list: entries('2') }, 'listed'],
    ['the second where the first is down', {}, { list: entries('2') }, 'listed'],
    ['none where neither has it', { list: none }, { list: none }, 'no-table'],
    ['unreadable where one has it not and one is down', { list: none }, {}, 'unreadable'],
    ['unreadable the other way round', {}, { list: none }, 'unreadable'],
    [
      'invalid where both say so',
      { list: { outcome: 'invalid' } },
      { list: { outcome: 'invalid' } },
      'invalid',
    ],
  ] as const)('is %s', async (_, first, second, outcome) => {
    expect((await two(first, second).pair.list(RANGE, 1000)).outcome).toBe(outcome);
  });

  it('asks those who held it before when neither has it', async () => {
    const { pair, older } = two({ list: none }, {}, [{ list: none }, { list: entries('7') }]);
    expect(await pair.list(RANGE, 1000)).toEqual(entries('7'));
    expect(older.map(({ asked }) => asked)).toEqual([['list'], ['list']]);
  });
});

describe('the caches of two sides', () => {
  it('are read until one has it', async () => {
    const read = async (first: Answers, second: Answers): Promise<unknown> =>
      (await two(first, second).pair.cacheRead(CACHED, 1000)).outcome;
    expect(await read({ cache: done('a') }, {})).toBe('found');
    expect(await read({}, { cache: done('a') })).toBe('found');
    expect(await read({ cache: failed }, { cache: failed })).toBe('absent');
    expect(await read({ cache: failed }, {})).toBe('unreadable');
  });

  it('are both written; the body is the last one’s', async () => {
    const written = async (first: Answers, second: Answers): Promise<unknown[]> => {
      const { sides, body } = await two(first, second).pair.cacheWrite(CACHED, 1000);
      return [...sides, Buffer.from(body).toString()];
    };
    expect(await written({ cache: done('1') }, { cache: done('2') })).toEqual(['applied', 'applied', '2']);
    expect(await written({ cache: done('1') }, { cache: failed })).toEqual(['applied', 'rejected', '1']);
    expect(await written({}, { cache: done('2') })).toEqual(['unknown', 'applied', '2']);
    expect(await written({ cache: { outcome: 'too-large' } }, {})).toEqual(['rejected', 'unknown', '']);
  });
});

describe('an addition to two sides', () => {
  it('is made on each by itself, and tells the first sum that there is', async () => {
    const { pair } = two({}, { add: applied('9') });
    const added = await pair.add(ADD, 'both', 1000);
    expect(added.sum).toBe('9');
    expect(added.sides.map(({ state }) => state)).toEqual(['unknown', 'applied']);
  });

  it('leaves the copy to a node that makes it', async () => {
    const { pair, sides } = two({ add: applied('7') }, {}, [], true);
    const added = await pair.add(ADD, 'first-then-copy', 1000);
    expect(added.sides.map(({ state }) => state)).toEqual(['applied', 'not-sent']);
    expect([sides[0].added[0]!.copyTo, sides[1].asked]).toEqual(['10.0.0.2:2', []]);
  });

  it.each([
    ['a first side that makes none', false, '10.0.0.2:2'],
    ['a partner whose address is a name', true, 'node-2:8085'],
  ])('copies sum, version and time to live itself for %s', async (_, copies, name) => {
    const copy: WriteResult = { outcome: 'applied' };
    const { pair, sides } = two({ add: applied('7') }, { copy }, [], copies, ['10.0.0.1:1', name]);
    const added = await pair.add(ADD, 'first-then-copy', 1000);
    expect(added.sides.map(({ state }) => state)).toEqual(['applied', 'applied']);
    const version = { scheme: 'counter', token: '3' };
    expect(sides[1].copied).toMatchObject([{ sum: '7', version, ttlSeconds: 60 }]);
  });

  it('does nothing on the second where the first did not add', async () => {
    const { pair, sides } = two({}, { copy: { outcome: 'applied' } });
    const added = await pair.add(ADD, 'first-then-copy', 1000);
    expect(added.sides.map(({ state }) => state)).toEqual(['unknown', 'not-sent']);
    expect(sides[1].asked).toEqual([]);
  });
});
