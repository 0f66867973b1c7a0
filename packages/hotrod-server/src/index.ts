export type { EmbeddedCache } from './embedded-cache.js';
export { HotRodServer } from './hot-rod-server.js';
export { HotRodServerError, type HotRodServerErrorCode } from './hot-rod-server-error.js';
export type { ServerFaults } from './server-faults.js';
export type {
  AuthMechanism,
  AuthOptions,
  CacheOptions,
  HotRodServerOptions,
  ServerLimits,
} from './server-options.js';
