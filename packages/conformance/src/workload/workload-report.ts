import type { WorkloadFigures } from './workload-figures.js';

/** A violation: what a client must never do. */
export interface Violation {
  readonly kind: 'wrong value' | 'wrong outcome' | 'hung call' | 'untyped error';
  readonly what: string;
  /** The last steps with that key. */
  readonly history: readonly string[];
}

/** What happened in all. */
export interface WorkloadReport {
  readonly total: WorkloadFigures;
  readonly phases: readonly WorkloadFigures[];
  /** The first ones of each kind. */
  readonly violations: readonly Violation[];
  readonly violationCounts: Readonly<Record<Violation['kind'], number>>;
}
