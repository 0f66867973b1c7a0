import type { CommandDefinition } from '../command-definition.js';
import { type BinlogRequest, binlog } from './binlog.js';
import { type CacheAppendRequest, cacheAppend } from './cache-append.js';
import { type CacheDelRequest, cacheDel } from './cache-del.js';
import { type CacheExistRequest, cacheExist } from './cache-exist.js';
import { type CacheExpireRequest, cacheExpire } from './cache-expire.js';
import { type CacheGetRequest, cacheGet } from './cache-get.js';
import { type CacheHdelRequest, cacheHdel } from './cache-hdel.js';
import { type CacheHexistRequest, cacheHexist } from './cache-hexist.js';
import { type CacheHgetRequest, cacheHget } from './cache-hget.js';
import { type CacheHincrbyRequest, cacheHincrby } from './cache-hincrby.js';
import { type CacheHincrbyfloatRequest, cacheHincrbyfloat } from './cache-hincrbyfloat.js';
import { type CacheHsetRequest, cacheHset } from './cache-hset.js';
import { type CachePersistRequest, cachePersist } from './cache-persist.js';
import { type CachePutRequest, cachePut } from './cache-put.js';
import { type CacheTtlRequest, cacheTtl } from './cache-ttl.js';
import { type DelRequest, del } from './del.js';
import { type ExistRequest, exist } from './exist.js';
import { type ExportRequest, exportSnapshot } from './export.js';
import { type FileCountRequest, fileCount } from './file-count.js';
import { type GetRequest, get } from './get.js';
import { type GetTableRequest, getTable } from './get-table.js';
import { type Get2Request, get2 } from './get2.js';
import { type HdelRequest, hdel } from './hdel.js';
import { type HexistRequest, hexist } from './hexist.js';
import { type HgetRequest, hget } from './hget.js';
import { type Hget2Request, hget2 } from './hget2.js';
import { type HincrbyRequest, hincrby } from './hincrby.js';
import { type HkeysRequest, hkeys } from './hkeys.js';
import { type HsetRequest, hset } from './hset.js';
import { type InfoRequest, info } from './info.js';
import { type KeysRequest, keys } from './keys.js';
import { type PeerCountRequest, peerCount } from './peer-count.js';
import { type PutRequest, put } from './put.js';
import { type SaddRequest, sadd } from './sadd.js';
import { type SetTableRequest, setTable } from './set-table.js';
import { type SismemberRequest, sismember } from './sismember.js';
import { type Sismember2Request, sismember2 } from './sismember2.js';
import { type SmembersRequest, smembers } from './smembers.js';
import { type SremRequest, srem } from './srem.js';
import { type StatRequest, stat } from './stat.js';
import { type StatAllRequest, statAll } from './stat-all.js';
import { type StatusRequest, status } from './status.js';
import { type SyncAliveRequest, syncAlive } from './sync-alive.js';
import { type SyncStatusRequest, syncStatus } from './sync-status.js';
import { type TaskInfoRequest, taskInfo } from './task-info.js';
import { type TaskStatusRequest, taskStatus } from './task-status.js';
import { type VersionRequest, version } from './version.js';
import { type ZaddRequest, zadd } from './zadd.js';
import { type ZismemberRequest, zismember } from './zismember.js';
import { type ZrangebyrankRequest, zrangebyrank } from './zrangebyrank.js';
import { type ZrangebyscoreRequest, zrangebyscore } from './zrangebyscore.js';
import { type ZremRequest, zrem } from './zrem.js';
import { type ZscoreRequest, zscore } from './zscore.js';
import { type Zscore2Request, zscore2 } from './zscore2.js';

/** The request of every command, by the command's name in the documents; those of the cache begin with `cache_`. */
export interface CommandRequests {
  exist: ExistRequest;
  get: GetRequest;
  put: PutRequest;
  del: DelRequest;
  get2: Get2Request;
  hexist: HexistRequest;
  hget: HgetRequest;
  hset: HsetRequest;
  hdel: HdelRequest;
  hincrby: HincrbyRequest;
  hget2: Hget2Request;
  keys: KeysRequest;
  hkeys: HkeysRequest;
  stat: StatRequest;
  stat_all: StatAllRequest;
  file_count: FileCountRequest;
  sismember: SismemberRequest;
  sadd: SaddRequest;
  srem: SremRequest;
  sismember2: Sismember2Request;
  smembers: SmembersRequest;
  zismember: ZismemberRequest;
  zscore: ZscoreRequest;
  zadd: ZaddRequest;
  zrem: ZremRequest;
  zscore2: Zscore2Request;
  zrangebyrank: ZrangebyrankRequest;
  zrangebyscore: ZrangebyscoreRequest;
  export: ExportRequest;
  info: InfoRequest;
  set_table: SetTableRequest;
  task_info: TaskInfoRequest;
  task_status: TaskStatusRequest;
  binlog: BinlogRequest;
  cache_exist: CacheExistRequest;
  cache_get: CacheGetRequest;
  cache_ttl: CacheTtlRequest;
  cache_put: CachePutRequest;
  cache_append: CacheAppendRequest;
  cache_del: CacheDelRequest;
  cache_expire: CacheExpireRequest;
  cache_persist: CachePersistRequest;
  cache_hexist: CacheHexistRequest;
  cache_hget: CacheHgetRequest;
  cache_hset: CacheHsetRequest;
  cache_hdel: CacheHdelRequest;
  cache_hincrby: CacheHincrbyRequest;
  cache_hincrbyfloat: CacheHincrbyfloatRequest;
  peer_count: PeerCountRequest;
  get_table: GetTableRequest;
  sync_status: SyncStatusRequest;
  sync_alive: SyncAliveRequest;
  version: VersionRequest;
  status: StatusRequest;
}

export type CommandName = keyof CommandRequests;

/** Every command this package knows. */
export const COMMANDS: { readonly [C in CommandName]: CommandDefinition<CommandRequests[C]> } = {
  exist,
  get,
  put,
  del,
  get2,
  hexist,
  hget,
  hset,
  hdel,
  hincrby,
  hget2,
  keys,
  hkeys,
  stat,
  stat_all: statAll,
  file_count: fileCount,
  sismember,
  sadd,
  srem,
  sismember2,
  smembers,
  zismember,
  zscore,
  zadd,
  zrem,
  zscore2,
  zrangebyrank,
  zrangebyscore,
  export: exportSnapshot,
  info,
  set_table: setTable,
  task_info: taskInfo,
  task_status: taskStatus,
  binlog,
  cache_exist: cacheExist,
  cache_get: cacheGet,
  cache_ttl: cacheTtl,
  cache_put: cachePut,
  cache_append: cacheAppend,
  cache_del: cacheDel,
  cache_expire: cacheExpire,
  cache_persist: cachePersist,
  cache_hexist: cacheHexist,
  cache_hget: cacheHget,
  cache_hset: cacheHset,
  cache_hdel: cacheHdel,
  cache_hincrby: cacheHincrby,
  cache_hincrbyfloat: cacheHincrbyfloat,
  peer_count: peerCount,
  get_table: getTable,
  sync_status: syncStatus,
  sync_alive: syncAlive,
  version,
  status,
};

/** A request with the name of its command; switching on `command` narrows `request`. */
export type NamedRequest = {
  [C in CommandName]: { readonly command: C; readonly request: CommandRequests[C] };
}[CommandName];
