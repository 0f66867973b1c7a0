export { assembleInfinispan } from './infinispan-assembly.js';
export {
  type InfinispanCluster,
  type InfinispanClusterOptions,
  startInfinispanCluster,
} from './infinispan-cluster.js';
export { InfinispanNode, type NodeSpec, type ServerConfiguration } from './infinispan-node.js';
export { type InfinispanOptions, type InfinispanServer, startInfinispan } from './infinispan-server.js';
export { type SitePair, type SitePairOptions, startSitePair } from './infinispan-site-pair.js';
export { findJava, findMaven, MissingJavaToolsError } from './java-tools.js';
export {
  openRawConnection,
  RawConnection,
  type RawConnectionOptions,
  type RawReply,
  type RawRequest,
  requestHeader,
  ServerError,
} from './raw-connection.js';
export { freeServerPorts, type ServerPorts } from './server-ports.js';
export { SiteLink } from './site-link.js';
export { EntryModel, type Held, type Judgement } from './workload/entry-model.js';
export { Workload, type WorkloadCache, type WorkloadOptions } from './workload/workload.js';
export type { WorkloadFigures } from './workload/workload-figures.js';
export type { Violation, WorkloadReport } from './workload/workload-report.js';
