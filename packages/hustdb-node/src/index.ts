export { HustDbNode } from './hustdb-node.js';
export {
  NodeStorage,
  type NodeStorageOptions,
  type Page,
  type Place,
  type PutDemand,
  type StorageCount,
} from './node-storage.js';
export type { HustDbNodeOptions, NodeQuirks, NodeUser } from './options.js';
export { faithfulVersions, saneVersions, type VersionEncoding } from './version-encoding.js';
