export { ProxyError, type ProxyErrorCode } from './proxy-error.js';
export type {
  Compatibility,
  ListenerOptions,
  ProxyOptions,
  ProxyUser,
  SideOption,
  SidesOptions,
  TableOptions,
  VersionsOption,
} from './proxy-options.js';
export type { RepairOptions } from './repair/repair-options.js';
export type { RepairStatus } from './repair/repairs.js';
export { BACKEND_FORMS, type Backend, type BackendOptions, openBackend } from './sides/open-backend.js';
export { type OpenedPair, openPair } from './sides/open-pair.js';
export { type RunningProxy, startProxy } from './start-proxy.js';
