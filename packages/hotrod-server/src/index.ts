export type { ClusterNode } from './cluster-node.js';
export type { CacheMode, ClusterCacheOptions, HotRodClusterOptions } from './cluster-options.js';
export type { EmbeddedCache } from './embedded-cache.js';
export { HotRodCluster } from './hot-rod-cluster.js';
export { HotRodServer } from './hot-rod-server.js';
export { HotRodServerError, type HotRodServerErrorCode } from './hot-rod-server-error.js';
export type { KeyArrivals, NodeRequests } from './node-requests.js';
export type { ReplyFault } from './reply-fault.js';
export type { FaultTarget, InjectedError, ServerFaults } from './server-faults.js';
export type {
  AuthMechanism,
  AuthOptions,
  CacheOptions,
  HotRodServerOptions,
  ServerLimits,
} from './server-options.js';
