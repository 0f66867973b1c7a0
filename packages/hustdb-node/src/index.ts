export { Binlog, type BinlogEntry, type BinlogOptions, type BinlogTask } from './binlog.js';
export { bucketOf, fileOfKey, fileOfTable } from './file-of.js';
export { HustDbNode } from './hustdb-node.js';
export { NodeCache, type NodeCacheOptions } from './node-cache.js';
export { HustDbNodeError, type HustDbNodeErrorCode } from './node-error.js';
export {
  NodeStorage,
  type NodeStorageOptions,
  type Page,
  type Place,
  type PutDemand,
  type ScoreDemand,
  type ScoreRange,
  type StorageChange,
} from './node-storage.js';
export type { HustDbNodeOptions, NodeQuirks, NodeUser } from './options.js';
export type { StorageCount, TableCount } from './storage-count.js';
export type { StoredState, TableType } from './stored-record.js';
export { faithfulVersions, saneVersions, type VersionEncoding } from './version-encoding.js';
