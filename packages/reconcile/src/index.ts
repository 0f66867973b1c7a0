export { type ApplyCounts, type ApplyOptions, noApplyCounts, type RowEnd } from './apply/apply-options.js';
export { applyPlan } from './apply/apply-plan.js';
export { type PreviewCounts, type PreviewOptions, previewPlan } from './apply/preview-plan.js';
export type { RecordLog } from './apply/record-log.js';
export { type RecordedRepair, type RecordedWrite, repairRecorded } from './apply/repair-recorded.js';
export type { RestoreOutcome } from './apply/restore-side.js';
export { type UndoCounts, type UndoneRow, type UndoOptions, undoApply } from './apply/undo-apply.js';
export { type DiffClass, diffClasses, diffClassOf, differenceClasses } from './diff/diff-class.js';
export type { DiffOptions } from './diff/diff-options.js';
export type { ClassCounts, DiffProgress, DiffSummary } from './diff/diff-progress.js';
export { diffStores } from './diff/diff-stores.js';
export type { KeyDifference } from './diff/key-difference.js';
export type { StoreDiff } from './diff/store-diff.js';
export { DiffJob, type DiffJobOptions, type DiffJobProgress } from './job/diff-job.js';
export { type DiffJobState, readDiffJobState } from './job/diff-job-state.js';
export type { DiffExample, DiffJobSummary, DiffSample, DiffUnitSummary } from './job/diff-job-summary.js';
export type { DiffLayout } from './job/diff-layout.js';
export type { LatencySummary } from './job/latency-summary.js';
export { MemoryOrderedStore } from './job/memory-ordered-store.js';
export type { OrderedStore, OrderedWrite } from './job/ordered-store.js';
export type { SideListing } from './job/unit-record.js';
export {
  type Certificate,
  type CertificateSubject,
  canonicalJson,
  makeCertificate,
  parseCertificate,
} from './migrate/certificate.js';
export {
  type CopiedExpiration,
  copiedExpiration,
  type ExpirationLimits,
} from './migrate/copied-expiration.js';
export { KeyMapper, type MappedKey } from './migrate/key-mapper.js';
export {
  type LocatedEntry,
  type LocatedKey,
  type Place,
  placeName,
} from './migrate/located-key.js';
export { emptyMapping, type Mapping, type MappingRule } from './migrate/mapping.js';
export { mappingSchema } from './migrate/mapping-schema.js';
export type { MigrateCounts } from './migrate/migrate-counts.js';
export {
  MigrateJob,
  type MigrateJobOptions,
  type MigrateProgress,
  type MigrateSummary,
} from './migrate/migrate-job.js';
export type { PlaceCounts } from './migrate/migrate-ledger.js';
export type { MigrateOptions } from './migrate/migrate-options.js';
export type {
  Disagreement,
  LocatedBatch,
  MigrateSource,
  ScannedPart,
  SourceRead,
} from './migrate/migrate-source.js';
export type { MigratePhase } from './migrate/migrate-state.js';
export type { KvLayout, MigrateTarget, TargetPlace } from './migrate/migrate-target.js';
export { notTold } from './migrate/not-told.js';
export { parseMapping } from './migrate/parse-mapping.js';
export { isOfOneKey, readMasters } from './migrate/read-masters.js';
export { type SkipReason, skipReasons } from './migrate/skip-reason.js';
export type { VerifiedCounts, VerifiedPlace } from './migrate/verify-counts.js';
export {
  type VerifyOptions,
  type VerifyProgress,
  type VerifyResult,
  verifyMigration,
} from './migrate/verify-migration.js';
export {
  type GuardedOutcome,
  type GuardedResult,
  type GuardedWrite,
  writeGuarded,
} from './migrate/write-guarded.js';
export type { JsonPath } from './plan/json-path.js';
export { makePlan, type PlanOptions, type PlanProgress, type PlanSource } from './plan/make-plan.js';
export {
  formatPlanEnd,
  formatPlanHeader,
  formatPlanRow,
  type PlanEnd,
  type PlanHeader,
  parsePlanEnd,
  parsePlanHeader,
  parsePlanRow,
  planFormat,
} from './plan/plan-file.js';
export { PlanReader } from './plan/plan-reader.js';
export {
  type PlanEffect,
  type PlanRow,
  type PlanTake,
  planEffectOf,
  planEffects,
  planTakes,
} from './plan/plan-row.js';
export { type PlanAction, type PlanRule, parsePlanRule } from './plan/plan-rule.js';
export type { PartListing } from './scan/steady-scan.js';
