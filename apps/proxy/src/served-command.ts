import { COMMANDS } from '@kvtwin/hustdb-protocol';

/** What a served command does with a key of the pair. */
export type CommandKind = 'get' | 'exist' | 'pair-read' | 'put' | 'remove';

/** One command of the HustDB HA dialect that this proxy serves. */
export interface ServedCommand {
  readonly path: string;
  readonly kind: CommandKind;
  /** Whether it works on a table (`tb`), so on a hash. */
  readonly inTable: boolean;
  /**
   * How HustDB HA refuses a missing parameter: `not-found` is 404 with `Version: 0`; `closes` closes the connection
   * without an answer, for which we answer 400.
   */
  readonly refusal: 'closes' | 'not-found';
  /** Whether HustDB HA looks at the characters of `tb` itself; otherwise a node does, and a bad one is 404. */
  readonly checksTableName: boolean;
}

const kinds = {
  get: 'get',
  get2: 'pair-read',
  exist: 'exist',
  put: 'put',
  del: 'remove',
  hget: 'get',
  hget2: 'pair-read',
  hexist: 'exist',
  hset: 'put',
  hdel: 'remove',
} as const satisfies Partial<Record<keyof typeof COMMANDS, CommandKind>>;

/** Every served command by its path. */
export const SERVED_COMMANDS: ReadonlyMap<string, ServedCommand> = new Map(
  Object.entries(kinds).map(([name, kind]) => {
    const { ha, parameters } = COMMANDS[name as keyof typeof kinds];
    if (ha === undefined) throw new TypeError(`${name} is no command of HustDB HA`);
    const command: ServedCommand = {
      path: ha.path,
      kind,
      inTable: 'table' in parameters,
      refusal: ha.refusal,
      checksTableName: ha.checksTableName,
    };
    return [ha.path, command];
  }),
);

/**
 * Paths that HustDB HA knows and this proxy does not serve; answered 501, so that a caller sees at once that it is the
 * proxy that does not do it.
 */
export const UNSERVED_PATHS: ReadonlySet<string> = new Set([
  '/hincrby',
  '/hkeys',
  '/keys',
  '/sadd',
  '/srem',
  '/sismember',
  '/sismember2',
  '/smembers',
  '/zadd',
  '/zrem',
  '/zscore',
  '/zscore2',
  '/zismember',
  '/zrangebyrank',
  '/zrangebyscore',
  '/stat',
  '/stat_all',
  '/file_count',
  '/set_table',
  '/sync_status',
  '/sync_alive',
  '/cache/get',
  '/cache/exist',
  '/cache/ttl',
  '/cache/put',
  '/cache/append',
  '/cache/del',
  '/cache/expire',
  '/cache/persist',
  '/cache/hget',
  '/cache/hexist',
  '/cache/hset',
  '/cache/hdel',
  '/cache/hincrby',
  '/cache/hincrbyfloat',
]);
