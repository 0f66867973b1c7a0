export { type ApplyCounts, type ApplyOptions, applyPlan } from './apply/apply-plan.js';
export type { RecordLog } from './apply/record-log.js';
export type { RestoreOutcome } from './apply/restore-side.js';
export { type UndoCounts, type UndoOptions, undoApply } from './apply/undo-apply.js';
export { type DiffClass, diffClasses, diffClassOf, differenceClasses } from './diff-class.js';
export type { DiffOptions } from './diff-options.js';
export type { ClassCounts, DiffProgress, DiffSummary } from './diff-progress.js';
export { diffStores } from './diff-stores.js';
export {
  DiffJob,
  type DiffJobOptions,
  type DiffJobProgress,
  type DiffJobSummary,
  progressOf,
} from './job/diff-job.js';
export { type DiffJobState, readDiffJobState } from './job/diff-job-state.js';
export { MemoryOrderedStore } from './job/memory-ordered-store.js';
export type { OrderedStore, OrderedWrite } from './job/ordered-store.js';
export type { KeyDifference } from './key-difference.js';
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
export type { StoreDiff } from './store-diff.js';
