import { COMMANDS, type CommandDefinition, type CommandName } from '@kvtwin/hustdb-protocol';

/**
 * What a command asks:
 * - `peer-listing`, `peer-text`: one side, by its number (`peer`).
 * - `range`: the pair of a sorted set, the first side that has it.
 * - `cache-read`: the pair of the key, the first side whose cache has it. `cache-write`: both sides' caches.
 */
export type CommandFamily = 'peer-listing' | 'peer-text' | 'range' | 'cache-read' | 'cache-write';

/** A command of the HustDB HA dialect that is more than a read or write of one key of the pair. */
export interface ClusterCommand {
  readonly name: CommandName;
  readonly family: CommandFamily;
  readonly readsBody: boolean;
  /** Whether its listing holds scores, and a failure of it a `Version: 0`. */
  readonly scores: boolean;
  /** Names on the wire of what HustDB HA itself looks for. */
  readonly checks: ReadonlySet<string>;
}

const FAMILIES = {
  keys: 'peer-listing',
  hkeys: 'peer-listing',
  smembers: 'peer-listing',
  stat: 'peer-text',
  stat_all: 'peer-text',
  file_count: 'peer-text',
  zrangebyrank: 'range',
  zrangebyscore: 'range',
  cache_get: 'cache-read',
  cache_exist: 'cache-read',
  cache_ttl: 'cache-read',
  cache_hget: 'cache-read',
  cache_hexist: 'cache-read',
  cache_put: 'cache-write',
  cache_append: 'cache-write',
  cache_del: 'cache-write',
  cache_expire: 'cache-write',
  cache_persist: 'cache-write',
  cache_hset: 'cache-write',
  cache_hdel: 'cache-write',
  cache_hincrby: 'cache-write',
  cache_hincrbyfloat: 'cache-write',
} as const satisfies Partial<Record<CommandName, CommandFamily>>;

/** Where a parameter's name on the wire is another than its name in a request. */
const WIRE_NAMES: Readonly<Record<string, string>> = {
  table: 'tb',
  member: 'key',
  by: 'val',
  amount: 'val',
  value: 'val',
  cacheTtlSeconds: 'ttl',
};

/** Every such command by its path. */
export const CLUSTER_COMMANDS: ReadonlyMap<string, ClusterCommand> = new Map(
  (Object.keys(FAMILIES) as (keyof typeof FAMILIES)[]).map((name) => {
    const { ha, scores }: CommandDefinition<object> = COMMANDS[name];
    if (ha === undefined) throw new TypeError(`${name} is no command of HustDB HA`);
    const command: ClusterCommand = {
      name,
      family: FAMILIES[name],
      readsBody: ha.readsBody,
      scores: scores === true,
      checks: new Set(ha.checks.map((check) => WIRE_NAMES[check] ?? check)),
    };
    return [ha.path, command];
  }),
);
