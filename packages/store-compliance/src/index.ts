export type { StoreComplianceOptions } from './compliance-options.js';
export { describeStoreCompliance } from './describe-store-compliance.js';
