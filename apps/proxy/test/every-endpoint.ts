import { get, post } from './raw-http.js';

/** What an endpoint does with the sides, and so what it answers when one of them fails. */
export type EndpointClass =
  | 'pair-read'
  | 'read'
  | 'write'
  | 'increment'
  | 'range'
  | 'cache-read'
  | 'cache-write'
  | 'peer'
  | 'service';

/** One endpoint of HustDB HA, with a request that a healthy pair answers 200. `PEER` stands for the number of the side asked. */
export interface Endpoint {
  readonly path: string;
  readonly class: EndpointClass;
  readonly request: string | Buffer;
}

/** What has to be there before the endpoints are asked: `[path, body]`, by POST. */
export const SEED: readonly (readonly [path: string, body: string])[] = [
  ['/put?key=k', 'value'],
  ['/put?key=gone', 'value'],
  ['/hset?tb=h&key=f', 'value'],
  ['/hset?tb=h&key=gone', 'value'],
  ['/hset?tb=c&key=n', '5'],
  ['/sadd?tb=s', 'm'],
  ['/sadd?tb=s', 'gone'],
  ['/zadd?tb=z&score=5', 'm'],
  ['/zadd?tb=z&score=6', 'gone'],
  ['/cache/put?key=k', 'value'],
  ['/cache/put?key=gone', 'value'],
  ['/cache/put?key=brief&ttl=1000', 'value'],
  ['/cache/put?key=brief2&ttl=1000', 'value'],
  ['/cache/hset?tb=ch&key=f', '5'],
  ['/cache/hset?tb=ch&key=gone', '5'],
  ['/cache/hset?tb=ch&key=float', '5'],
];

function all(kind: EndpointClass, ...requests: (string | readonly [string, string])[]): Endpoint[] {
  return requests.map((one) => {
    const target = typeof one === 'string' ? one : one[0];
    const request = typeof one === 'string' ? get(one) : post(one[0], one[1]);
    return { path: target.split('?')[0]!, class: kind, request };
  });
}

/** Every endpoint. Those that write have keys of their own, so that they may be asked at the same time. */
export const EVERY_ENDPOINT: readonly Endpoint[] = [
  ...all('pair-read', '/get2?key=k', '/hget2?tb=h&key=f', ['/sismember2?tb=s', 'm'], ['/zscore2?tb=z', 'm']),
  ...all('read', '/get?key=k', '/exist?key=k', '/hget?tb=h&key=f', '/hexist?tb=h&key=f'),
  ...all('read', ['/sismember?tb=s', 'm'], ['/zscore?tb=z', 'm'], '/zismember?tb=z&key=m'),
  ...all('write', ['/put?key=new', 'v'], '/del?key=gone', ['/hset?tb=h&key=new', 'v'], '/hdel?tb=h&key=gone'),
  ...all('write', ['/sadd?tb=s', 'new'], ['/srem?tb=s', 'gone'], ['/zadd?tb=z&score=7', 'new']),
  ...all('write', ['/zadd?tb=z&score=7&opt=1', 'sum'], ['/zrem?tb=z', 'gone']),
  ...all('increment', '/hincrby?tb=c&key=n&val=3'),
  ...all('range', '/zrangebyrank?tb=z&offset=0&size=9', '/zrangebyscore?tb=z&min=0&max=9&offset=0&size=9'),
  ...all(
    'cache-read',
    '/cache/get?key=k',
    '/cache/exist?key=k',
    '/cache/ttl?key=k',
    '/cache/hget?tb=ch&key=f',
  ),
  ...all('cache-read', '/cache/hexist?tb=ch&key=f'),
  ...all('cache-write', ['/cache/put?key=new', 'v'], ['/cache/append?key=new2', 'v'], '/cache/del?key=gone'),
  ...all('cache-write', '/cache/expire?key=brief&ttl=9', '/cache/persist?key=brief2'),
  ...all('cache-write', ['/cache/hset?tb=ch&key=new', 'v'], '/cache/hdel?tb=ch&key=gone'),
  ...all('cache-write', '/cache/hincrby?tb=ch&key=f2&val=3', '/cache/hincrbyfloat?tb=ch&key=float&val=0.5'),
  ...all('peer', '/keys?peer=PEER&file=1&offset=0&size=9', '/hkeys?peer=PEER&tb=h&offset=0&size=9'),
  ...all('peer', '/smembers?peer=PEER&tb=s&offset=0&size=9', '/stat?peer=PEER&tb=h', '/stat_all?peer=PEER'),
  ...all('peer', '/file_count?peer=PEER'),
  ...all('service', '/peer_count', '/get_table', '/sync_status', '/sync_alive', '/version', '/status.html'),
];
