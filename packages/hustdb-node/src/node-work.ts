import type { CommandName, HttpReply, NamedRequest } from '@kvtwin/hustdb-protocol';

/** What a command does with an entry. */
type Work = 'put' | 'del' | 'get';

const WORK: Partial<Record<CommandName, Work>> = {
  get: 'get',
  exist: 'get',
  hget: 'get',
  hexist: 'get',
  sismember: 'get',
  zismember: 'get',
  zscore: 'get',
  put: 'put',
  hset: 'put',
  hincrby: 'put',
  sadd: 'put',
  zadd: 'put',
  del: 'del',
  hdel: 'del',
  srem: 'del',
  zrem: 'del',
};

const WRITE_RESULTS = { put: ['ok', 'fail'], del: ['ok', 'not_found', 'fail'] } as const;

/** Every counter by name; those of replays (`is_dup`) begin with `binlog_`. `false`: a count without times. */
const COUNTERS: readonly (readonly [name: string, timed: boolean])[] = [
  ...(['put', 'del'] as const).flatMap((work) => [
    ...['', 'binlog_'].flatMap((kind) =>
      WRITE_RESULTS[work].map((result) => [`${kind}${work}_${result}`, true] as const),
    ),
    ...['', 'binlog_'].map((kind) => [`${kind}${work}_wrong_version`, false] as const),
  ]),
  ...['ok', 'not_found', 'fail'].map((result) => [`get_${result}`, true] as const),
];

/** One kind of work: how often, for how long in all, and the longest, in ms. */
interface Counter {
  total: number;
  elapsedMs: number;
  slowestMs: number;
}

/**
 * A node's counters of its own work with kv and tables (`/hustdb/info`), by the names that a real node gives them; those of its
 * storage engine are not there. Each look at them starts them anew.
 */
export class NodeWork {
  readonly #counters = new Map<string, Counter>();

  /** Counts one command, by its answer. */
  note({ command, request }: NamedRequest, reply: HttpReply, elapsedMs: number): void {
    const work = WORK[command];
    if (work === undefined) return;
    const kind = work !== 'get' && 'isDup' in request && request.isDup === true ? 'binlog_' : '';
    const name = `${kind}${work}_${resultOf(work, reply)}`;
    const counter = this.#counters.get(name) ?? { total: 0, elapsedMs: 0, slowestMs: 0 };
    counter.total++;
    counter.elapsedMs += elapsedMs;
    counter.slowestMs = Math.max(counter.slowestMs, elapsedMs);
    this.#counters.set(name, counter);
  }

  /** The counters since the last look, as `info` tells them. */
  take(): object {
    const entries = COUNTERS.map(([name, timed]) => {
      const { total = 0, elapsedMs = 0, slowestMs = 0 } = this.#counters.get(name) ?? {};
      const elapsed = Math.floor(elapsedMs);
      const speed = elapsed === 0 ? total : Math.floor(total / elapsed);
      const told = timed ? { speed, slowest: Math.floor(slowestMs), elapsed, total } : { total };
      return [`0|${name}`, told];
    });
    this.#counters.clear();
    return { md5db: Object.fromEntries(entries) };
  }
}

function resultOf(work: Work, { status, headers }: HttpReply): string {
  if (headers.some(([name, value]) => name === 'VerError' && value === 'true')) return 'wrong_version';
  if (status === 200) return 'ok';
  const missing = status === 404 || status === 412;
  return missing && work !== 'put' ? 'not_found' : 'fail';
}
