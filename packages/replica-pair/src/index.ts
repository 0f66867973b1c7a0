export { type CarriedExpiration, carriedExpiration } from './carried-expiration.js';
export {
  type ConfirmOptions,
  type ConfirmOutcome,
  type ConfirmResult,
  confirmDifference,
} from './confirm-difference.js';
export { type CountedEntry, countUp, isBehind } from './count-up.js';
export { isDifference } from './is-difference.js';
export type { RepairIntent, RepairRequest, RepairTake } from './repair-request.js';
export type { RepairGuard, RepairOutcome, RepairResult, RepairWrite } from './repair-result.js';
export { ReplicaPair, type ReplicaPairOptions } from './replica-pair.js';
export {
  defaultSideTimeoutMs,
  ReplicaPairStore,
  type ReplicaPairStoreOptions,
} from './replica-pair-store.js';
export { sameObservation } from './same-observation.js';
export { type Sha256, sha256Hex, webCryptoSha256 } from './sha256-hex.js';
export { storeGuard } from './store-guard.js';
export { settleWrite } from './write-side.js';
