export { Binlog, type BinlogOptions, type BinlogTask } from './binlog.js';
export { HustDbNode } from './hustdb-node.js';
export { NodeCache, type NodeCacheOptions } from './node-cache.js';
export {
  NodeStorage,
  type NodeStorageOptions,
  type Page,
  type Place,
  type PutDemand,
  type ScoreDemand,
  type ScoreRange,
} from './node-storage.js';
export type { HustDbNodeOptions, NodeQuirks, NodeUser } from './options.js';
export type { StorageCount, TableCount } from './storage-count.js';
export type { TableType } from './stored-record.js';
export { faithfulVersions, saneVersions, type VersionEncoding } from './version-encoding.js';
