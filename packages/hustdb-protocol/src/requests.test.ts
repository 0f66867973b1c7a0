import { hustDbRecordings } from '@kvtwin/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS, type CommandName, type NamedRequest } from './commands/commands.js';
import { findHaCommand, parseHaRequest } from './ha-request.js';
import { HustDbProtocolError } from './hustdb-protocol-error.js';
import { bytesToLatin1 } from './latin1.js';
import { parseNodeRequest } from './node-request.js';
import { encodeHaRequest, encodeNodeRequest } from './request-encoder.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const NOTHING: Uint8Array = new Uint8Array(0);

/** Request line and body of a recorded request; bodies there have a Content-Length or are chunked. */
function recorded(raw: Uint8Array): { method: string; target: string; body: Uint8Array } {
  const text = bytesToLatin1(raw);
  const head = text.slice(0, text.indexOf('\r\n\r\n'));
  const [method = '', target = ''] = head.split('\r\n')[0]!.split(' ');
  return { method, target, body: raw.subarray(head.length + 4) };
}

describe('every recorded request to a real HA', () => {
  const recordings = hustDbRecordings().filter(
    ({ endpoint, target, requestInfo, name }) =>
      target.startsWith('ha:') &&
      findHaCommand(endpoint).kind === 'command' &&
      requestInfo.truncatedBodyTo === undefined &&
      !name.startsWith('chk-'),
  );

  it('covers the recordings', () => expect(recordings.length).toBeGreaterThan(400));

  it.each(recordings.map((recording) => [recording.name, recording] as const))('%s', (_name, recording) => {
    const input = recorded(recording.readRequest());
    const path = findHaCommand(input.target);
    if (path.kind !== 'command') throw new Error(`${input.target} is no command`);
    const parsed = parseHaRequest(path.command, input);
    const served = recording.status === 200 || recording.status === 409 || recording.status === 304;
    if (served) expect(parsed.kind).toBe('request');
    if (recording.connectionAfter === 'closed' && recording.responseInfo.bytes === 0) {
      // `peer` numbers past the last peer close as well; only the HA knows how many it has.
      if (parsed.kind === 'refused') expect(parsed.realHa).toBe('closes');
      else expect('peer' in parsed.request && parsed.request.peer).not.toBe(0);
    } else if (parsed.kind === 'refused' && recording.status !== 401) {
      const status = parsed.realHa === 'method-not-allowed' ? 405 : 404;
      expect([parsed.realHa === 'closes', recording.status]).toEqual([false, status]);
    }
  });
});

describe('parseHaRequest', () => {
  const parse = (command: CommandName, target: string, body = NOTHING) =>
    parseHaRequest(command, { method: 'POST', target, body });

  it('finds key= inside another name, and lets the node not find it', () => {
    expect(parse('put', '/put?xkey=k6', bytes('x'))).toMatchObject({
      reason: 'missing',
      parameter: 'key',
      realHa: 'not-found',
    });
    expect(parse('get', '/get?xkey=k6')).toMatchObject({ reason: 'missing', realHa: 'not-found' });
  });

  it('takes the last of two keys, since the node does', () => {
    const parsed = parse('get', '/get?key=a&key=b');
    expect(parsed.kind === 'request' && parsed.request).toEqual({ key: bytes('b') });
  });

  it('lets the body win over val, and keeps val undecoded', () => {
    const value = (target: string, body?: Uint8Array) => {
      const parsed = parse('put', target, body);
      return parsed.kind === 'request' && parsed.command === 'put'
        ? bytesToLatin1(parsed.request.value)
        : parsed.kind;
    };
    expect(value('/put?key=k&val=a%20b+c')).toBe('a%20b+c');
    expect(value('/put?key=k&val=a', bytes('body'))).toBe('body');
    expect(value('/put?key=k')).toBe('refused');
  });

  it('reads numbers as the node does', () => {
    const parsed = parse('put', '/put?key=k&ttl=60abc&ver=x&is_dup=1', bytes('v'));
    expect(parsed.kind === 'request' && parsed.request).toMatchObject({
      ttlSeconds: 60,
      ver: 0,
      isDup: true,
    });
  });

  it.each([
    ['get', '/get', 'key', 'missing', 'closes'],
    ['hget', '/hget?key=k', 'tb', 'missing', 'closes'],
    ['hget', `/hget?tb=${'t'.repeat(65)}&key=k`, 'tb', 'invalid', 'closes'],
    ['hget', '/hget?tb=a-b&key=k', 'tb', 'invalid', 'closes'],
    ['hset', '/hset?tb=a-b&key=k&val=x', 'tb', 'invalid', 'not-found'],
    ['hget2', '/hget2?key=k', 'tb', 'missing', 'not-found'],
    ['hget2', '/hget2?tb=t', 'key', 'missing', 'not-found'],
    ['hdel', '/hdel?key=k', 'tb', 'missing', 'closes'],
    ['put', '/put?key=k&val=x&ver=4194304', 'ver', 'invalid', 'not-found'],
    ['sismember', '/sismember', 'tb', 'missing', 'closes'],
    ['sismember', '/sismember?tb=t&key=m', 'key', 'missing', 'not-found'],
    ['sismember2', '/sismember2?tb=t&key=m', 'key', 'missing', 'not-found'],
    ['sadd', '/sadd?key=m', 'tb', 'missing', 'not-found'],
    ['zscore', '/zscore?tb=t', 'key', 'missing', 'not-found'],
    ['zadd', '/zadd?tb=t&key=m', 'score', 'missing', 'not-found'],
    ['zrangebyscore', '/zrangebyscore?tb=t&min=1&offset=0&size=1', 'max', 'missing', 'closes'],
    ['zrangebyscore', '/zrangebyscore?tb=t&min=2&max=1&offset=0&size=1', 'min', 'invalid', 'not-found'],
    ['zrangebyrank', '/zrangebyrank?tb=t&offset=0', 'size', 'missing', 'not-found'],
    ['zrangebyrank', '/zrangebyrank?tb=t&offset=0&size=1001', 'size', 'invalid', 'not-found'],
    ['smembers', '/smembers?peer=0&tb=t&offset=0&size=1001', 'size', 'invalid', 'closes'],
    ['keys', '/keys?peer=0&offset=100000001&size=1&file=0', 'offset', 'invalid', 'closes'],
    ['stat', '/stat?peer=0&tb=a-b', 'tb', 'invalid', 'closes'],
    ['cache_get', '/cache/get', 'key', 'missing', 'closes'],
    ['cache_hget', '/cache/hget?tb=a-b&key=k', 'tb', 'invalid', 'closes'],
    ['cache_put', '/cache/put?val=x', 'key', 'missing', 'not-found'],
    ['cache_expire', '/cache/expire?key=k', 'ttl', 'missing', 'not-found'],
    ['cache_hincrby', '/cache/hincrby?tb=t&key=k', 'val', 'missing', 'not-found'],
  ] as const)('%s %s', (command, target, parameter, reason, realHa) => {
    expect(parse(command, target)).toMatchObject({ kind: 'refused', parameter, reason, realHa });
  });
});

describe('members', () => {
  const member = (command: 'sadd' | 'zscore', method: string, target: string, body: string) => {
    const parsed = parseNodeRequest({ method, target: `/hustdb/${target}`, body: bytes(body) });
    if (parsed.kind !== 'request' || parsed.command !== command) return undefined;
    return bytesToLatin1(parsed.request.member);
  };

  it('of sets are never decoded', () => {
    expect(member('sadd', 'POST', 'sadd?tb=t', 'a%20?b')).toBe('a%20?b');
    expect(member('sadd', 'GET', 'sadd?tb=t', 'a%20?b')).toBe('a%20?b');
    expect(member('sadd', 'GET', 'sadd?tb=t&key=a%20b', '')).toBe('a%20b');
    expect(member('sadd', 'POST', 'sadd?tb=t&key=a', '')).toBeUndefined();
  });

  it('of sorted sets are decoded unless they come by POST', () => {
    expect(member('zscore', 'POST', 'zscore?tb=t', 'a%20?b')).toBe('a%20?b');
    expect(member('zscore', 'GET', 'zscore?tb=t', 'a%20?b')).toBe('a ?');
    expect(member('zscore', 'GET', 'zscore?tb=t&key=a%20b', '')).toBe('a b');
    expect(member('zscore', 'GET', 'zscore?tb=t&key=a', 'body')).toBe('body');
  });

  it('go into the body, encoded where the HA lets them be decoded', () => {
    const request = { table: 't', member: bytes('50%') };
    const encoded = (command: 'sadd' | 'zrem') => [
      bytesToLatin1(encodeNodeRequest(command, request).body!),
      bytesToLatin1(encodeHaRequest(command, request).body!),
    ];
    expect(encoded('sadd')).toEqual(['50%', '50%']);
    expect(encoded('zrem')).toEqual(['50%', '50%25']);
  });

  it('of the binlog stand in the query, or else in the body as they are', () => {
    const at = (query: string) => {
      const target = `/hustdb/binlog?host=127.0.0.1:1&method=1${query}`;
      return parseNodeRequest({ method: 'POST', target, body: bytes('v%20') });
    };
    expect(at('&key=a%20b')).toMatchObject({ request: { member: bytes('a b'), method: 1 } });
    expect(at('')).toMatchObject({ request: { member: bytes('v%20') } });
  });
});

describe('the cache', () => {
  const at = (target: string, body = '') =>
    parseNodeRequest({ method: 'POST', target: `/hustcache/${target}`, body: bytes(body) });

  it('takes any table, and tells a time that is none', () => {
    expect(at('hset?tb=a-b&key=k', 'v')).toMatchObject({ request: { table: 'a-b' } });
    for (const ttl of ['0', '-1', 'abc', '5x']) {
      expect(at(`put?key=k&ttl=${ttl}`, 'v')).toMatchObject({ request: { cacheTtlSeconds: 0 } });
    }
  });

  it('refuses a long body', () => {
    const body = new Uint8Array(8_388_609);
    const parsed = parseNodeRequest({ method: 'POST', target: '/hustcache/put?key=k', body });
    expect(parsed.kind === 'refused' && parsed.reply.status).toBe(401);
  });
});

describe('findHaCommand', () => {
  it.each([
    ['/get?key=a', { kind: 'command', command: 'get', readsBody: false }],
    ['//hset?x', { kind: 'command', command: 'hset', readsBody: true }],
    ['http://127.0.0.1:8082/hget2?tb=h2', { kind: 'command', command: 'hget2' }],
    ['/getxyz', { kind: 'sub-path' }],
    ['/get/', { kind: 'sub-path' }],
    ['/HGET2', { kind: 'unknown' }],
    ['/nope', { kind: 'unknown' }],
    ['/', { kind: 'unknown' }],
    ['/cache/nope', { kind: 'unknown' }],
    ['/cache/get?key=a', { kind: 'command', command: 'cache_get' }],
    ['/sismember2?tb=t', { kind: 'command', command: 'sismember2', readsBody: true }],
    ['/version', { kind: 'command', command: 'version' }],
  ])('%s', (target, expected) => {
    expect(findHaCommand(target)).toMatchObject(expected);
  });
});

describe('requests in both directions', () => {
  const key = fc
    .uint8Array({ minLength: 1, maxLength: 300 })
    .filter((candidate) => !candidate.includes(0x3f));
  const value = fc.uint8Array({ minLength: 1, maxLength: 50 });
  const member = fc
    .uint8Array({ minLength: 1, maxLength: 6000 })
    .filter((candidate) => !candidate.includes(0x3f));
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const offset = fc.integer({ min: 0, max: 1_000_000 });
  const size = fc.integer({ min: 0, max: 1000 });
  const table = fc.stringMatching(/^[0-9A-Za-z_:.]{1,64}$/);
  const ver = fc.integer({ min: 0, max: 4_194_303 });
  const ttlSeconds = fc.integer({ min: 1, max: 2_592_000 });
  const isDup = fc.boolean();
  const optional = { requiredKeys: [] };
  const merge = ([required, rest]: [object, object]): object => ({ ...required, ...rest });
  const named = fc.oneof(
    fc.record({ command: fc.constantFrom('get', 'exist'), request: fc.record({ key }) }),
    fc.record({ command: fc.constantFrom('hget', 'hexist'), request: fc.record({ table, key }) }),
    fc.record({
      command: fc.constant('put'),
      request: fc
        .tuple(fc.record({ key, value }), fc.record({ ttlSeconds, ver, isDup }, optional))
        .map(merge),
    }),
    fc.record({
      command: fc.constant('hset'),
      request: fc
        .tuple(fc.record({ table, key, value }), fc.record({ ttlSeconds, ver, isDup }, optional))
        .map(merge),
    }),
    fc.record({
      command: fc.constant('hdel'),
      request: fc.tuple(fc.record({ table, key }), fc.record({ ver, isDup }, optional)).map(merge),
    }),
    fc.record({
      command: fc.constant('hincrby'),
      request: fc.record({ table, key, by: int64 }),
    }),
    fc.record({
      command: fc.constantFrom('sismember', 'zscore', 'zismember'),
      request: fc.record({ table, member }),
    }),
    fc.record({
      command: fc.constantFrom('srem', 'zrem'),
      request: fc.tuple(fc.record({ table, member }), fc.record({ ver, isDup }, optional)).map(merge),
    }),
    fc.record({
      command: fc.constant('sadd'),
      request: fc
        .tuple(fc.record({ table, member }), fc.record({ ttlSeconds, ver, isDup }, optional))
        .map(merge),
    }),
    fc.record({
      command: fc.constant('zadd'),
      request: fc
        .tuple(
          fc.record({ table, member, score: int64 }),
          fc.record({ opt: fc.integer({ min: -2, max: 2 }), ttlSeconds, ver, isDup }, optional),
        )
        .map(merge),
    }),
    fc.record({
      command: fc.constant('zrangebyscore'),
      request: fc.record({
        table,
        min: fc.constant(-5n),
        max: int64.filter((max) => max > 0n),
        offset,
        size,
      }),
    }),
    fc.record({
      command: fc.constantFrom('smembers', 'zrangebyrank'),
      request: fc
        .tuple(
          fc.record({ table, offset, size }),
          fc.record({ noval: fc.boolean(), start: fc.constant(3), end: fc.constant(9) }, optional),
        )
        .map(merge),
    }),
    fc.record({
      command: fc.constantFrom('cache_get', 'cache_ttl', 'cache_del'),
      request: fc.record({ key }),
    }),
    fc.record({
      command: fc.constant('cache_put'),
      request: fc
        .tuple(fc.record({ key, value }), fc.record({ cacheTtlSeconds: ttlSeconds }, optional))
        .map(merge),
    }),
    fc.record({ command: fc.constant('cache_hset'), request: fc.record({ table, key, value }) }),
    fc.record({
      command: fc.constant('cache_hincrby'),
      request: fc.record({ table, key, amount: int64.map(String) }),
    }),
  ) as fc.Arbitrary<NamedRequest>;
  /** What the HA wants to know besides. */
  const atHa = ({ command, request }: NamedRequest): object =>
    command === 'smembers' ? { ...request, peer: 1 } : request;

  it('reads at a node what was encoded for a node', () => {
    fc.assert(
      fc.property(named, ({ command, request }) => {
        const { method, target, body = NOTHING } = encodeNodeRequest(command, request as never);
        expect(parseNodeRequest({ method, target, body })).toEqual({ kind: 'request', command, request });
      }),
    );
  });

  it('reads at the HA what was encoded for the HA', () => {
    fc.assert(
      fc.property(named, (given) => {
        const { command } = given;
        const request = atHa(given);
        const { method, target, body = NOTHING } = encodeHaRequest(command, request as never);
        expect(findHaCommand(target)).toMatchObject({ command });
        expect(parseHaRequest(command, { method, target, body })).toEqual({
          kind: 'request',
          command,
          request,
        });
      }),
    );
  });

  it('answers any target with a request or an answer', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary-ascii', maxLength: 60 }),
        fc.constantFrom(...Object.values(COMMANDS)),
        (tail, { node }) => {
          const parsed = parseNodeRequest({
            method: 'GET',
            target: `${node?.path ?? ''}?${tail}`,
            body: NOTHING,
          });
          expect(['request', 'refused']).toContain(parsed.kind);
        },
      ),
    );
  });
});

describe('what is refused before it is sent', () => {
  it.each([
    ['a key with ?', 'get', { key: bytes('a?b') }, 'key'],
    ['an empty key', 'get', { key: NOTHING }, 'key'],
    ['a key that is too long', 'get', { key: new Uint8Array(4096).fill(0x61) }, 'key'],
    ['a key that is text', 'get', { key: 'k' }, 'key'],
    ['a value that is text', 'put', { key: bytes('k'), value: 'ü' }, 'val'],
    ['a value that is null', 'hset', { table: 't', key: bytes('k'), value: null }, 'val'],
    ['a member that is text', 'sadd', { table: 't', member: 'm' }, 'key'],
    ['an empty value', 'put', { key: bytes('k'), value: NOTHING }, 'val'],
    ['a long table', 'hget', { table: 't'.repeat(65), key: bytes('k') }, 'tb'],
    ['a percent-encoded table', 'hget', { table: 'a%3Ab', key: bytes('k') }, 'tb'],
    ['a version past the last', 'del', { key: bytes('k'), ver: 4_194_304 }, 'ver'],
    ['a ttl that means never', 'put', { key: bytes('k'), value: bytes('v'), ttlSeconds: 2_592_001 }, 'ttl'],
    ['an empty member', 'sadd', { table: 't', member: NOTHING }, 'key'],
    ['a sorted set’s member with ?', 'zrem', { table: 't', member: bytes('a?b') }, 'key'],
    ['a score that is too large', 'zadd', { table: 't', member: bytes('a'), score: 2n ** 63n }, 'score'],
    ['an increment that is no number', 'cache_hincrby', { table: 't', key: bytes('a'), amount: 'x' }, 'val'],
    ['a page that is too large', 'hkeys', { peer: 0, table: 't', offset: 0, size: 1001 }, 'size'],
    ['a listing of no peer', 'hkeys', { table: 't', offset: 0, size: 1 }, 'peer'],
    ['a range without a bound', 'zrangebyscore', { table: 't', min: 1n, offset: 0, size: 1 }, 'max'],
  ] as const)('%s', (_name, command, request, parameter) => {
    const run = () => encodeHaRequest(command, request as never);
    expect(run).toThrow(HustDbProtocolError);
    expect(run).toThrow(expect.objectContaining({ code: 'HUSTDB_INVALID_REQUEST', parameter }));
  });

  it('writes keys in one canonical spelling', () => {
    expect(encodeHaRequest('hget2', { table: 'test_table', key: bytes("a-b.c_d~e f+é\u0000'") }).target).toBe(
      '/hget2?tb=test_table&key=a-b.c_d~e%20f%2B%C3%A9%00%27',
    );
  });
});
