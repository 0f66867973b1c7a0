import type { CommandName, ReplyKind } from '@kvtwin/hustdb-protocol';

/** The commands of the cache, by their names in the documents: `get`, `hincrbyfloat`, … */
export type CacheCommand = Extract<CommandName, `cache_${string}`> extends `cache_${infer C}` ? C : never;

/** Those that read. */
export type CacheRead = 'exist' | 'get' | 'ttl' | 'hexist' | 'hget';

/** Commands of the HA that tell text. */
export type TextCommand =
  | 'stat'
  | 'stat_all'
  | 'file_count'
  | 'peer_count'
  | 'get_table'
  | 'sync_status'
  | 'sync_alive'
  | 'version';

/** Whether a command of that kind may change something, so that it must not be sent twice. */
export function isWrite(kind: ReplyKind): boolean {
  return ['write', 'increment', 'cache-write', 'binlog', 'set-table'].includes(kind);
}
