import { COMMANDS, type CommandDefinition, type CommandName } from '@kvtwin/hustdb-protocol';
import type { StoreType } from '@kvtwin/versioned-value';

/** What a served command does with a key of the pair. `add`: adds a number to the one that is there. */
export type CommandKind = 'get' | 'exist' | 'pair-read' | 'put' | 'remove' | 'add';

/**
 * Where the key stands: `key` in the query; or a member, in the body: as it is (`raw`, sets), or percent-decoded like a key,
 * for which `key` in the query will do as well (`decoded`, sorted sets).
 */
export type KeyPlace = 'query' | 'raw-body' | 'decoded-body';

/** One command of the HustDB HA dialect that works on one key of the pair. */
export interface ServedCommand {
  readonly name: CommandName;
  readonly path: string;
  readonly kind: CommandKind;
  /** What the key lies in: the kv space, or a table (`tb`) of this type. */
  readonly type: StoreType;
  readonly keyPlace: KeyPlace;
  /**
   * How HustDB HA refuses a missing parameter: `not-found` is 404 with `Version: 0`; `closes` closes the connection
   * without an answer, for which we answer 400.
   */
  readonly refusal: 'closes' | 'not-found';
  /** Whether HustDB HA looks at the characters of `tb` itself; otherwise a node does, and a bad one is 404. */
  readonly checksTableName: boolean;
  /** Whether another method than POST is answered 405. */
  readonly postOnly: boolean;
}

/** Kind and type of every command of one key. */
const rows = {
  get: ['get', 'kv'],
  get2: ['pair-read', 'kv'],
  exist: ['exist', 'kv'],
  put: ['put', 'kv'],
  del: ['remove', 'kv'],
  hget: ['get', 'hash'],
  hget2: ['pair-read', 'hash'],
  hexist: ['exist', 'hash'],
  hset: ['put', 'hash'],
  hdel: ['remove', 'hash'],
  hincrby: ['add', 'hash'],
  sismember: ['exist', 'set'],
  sismember2: ['pair-read', 'set'],
  sadd: ['put', 'set'],
  srem: ['remove', 'set'],
  zscore: ['get', 'zset'],
  zscore2: ['pair-read', 'zset'],
  zismember: ['exist', 'zset'],
  zadd: ['put', 'zset'],
  zrem: ['remove', 'zset'],
} as const satisfies Partial<Record<CommandName, readonly [CommandKind, StoreType]>>;

/** Every command of one key by its path. */
export const SERVED_COMMANDS: ReadonlyMap<string, ServedCommand> = new Map(
  Object.entries(rows).map(([name, [kind, type]]) => {
    const { ha, memberText }: CommandDefinition<object> = COMMANDS[name as keyof typeof rows];
    if (ha === undefined) throw new TypeError(`${name} is no command of HustDB HA`);
    const command: ServedCommand = {
      name: name as CommandName,
      path: ha.path,
      kind,
      type,
      keyPlace: memberText === undefined ? 'query' : memberText === 'raw' ? 'raw-body' : 'decoded-body',
      refusal: ha.refusal,
      checksTableName: ha.checksTableName,
      postOnly: ha.postOnly === true,
    };
    return [ha.path, command];
  }),
);
