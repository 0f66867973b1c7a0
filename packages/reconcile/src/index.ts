export { type DiffClass, diffClasses, diffClassOf, differenceClasses } from './diff-class.js';
export type { DiffOptions } from './diff-options.js';
export type { ClassCounts, DiffProgress, DiffSummary } from './diff-progress.js';
export { diffStores } from './diff-stores.js';
export type { KeyDifference } from './key-difference.js';
export type { StoreDiff } from './store-diff.js';
