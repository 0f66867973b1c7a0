export type { HustDbCallOptions, HustDbClientOptions, HustDbCredentials } from './client-options.js';
export {
  HustDbClientError,
  type HustDbClientErrorCode,
  type HustDbClientErrorDetails,
} from './hustdb-client-error.js';
export { HustDbCluster, type HustDbClusterOptions, type RoutedNodes } from './hustdb-cluster.js';
export { HustDbHa, type ListHaKeysOptions } from './hustdb-ha.js';
export { HustDbNode } from './hustdb-node.js';
export { type HustDbScheme, parseHustDbUrl } from './hustdb-url.js';
export type { KeyPage, ListKeysOptions } from './list-keys.js';
export { openHustDbHaPairSource } from './open-hustdb-ha-pair-source.js';
export { type HustDbStoreOptions, openHustDbStoreFamily } from './open-hustdb-store-family.js';
export { storeErrorOf } from './store-error-of.js';
