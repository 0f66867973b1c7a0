export { BACKEND_FORMS, type Backend, type BackendOptions, openBackend } from './open-backend.js';
export { type OpenedPair, openPair } from './open-pair.js';
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
export type { RepairOptions } from './repair-options.js';
export type { RepairStatus } from './repairs.js';
export { type RunningProxy, startProxy } from './start-proxy.js';
