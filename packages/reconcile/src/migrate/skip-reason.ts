/** Why a key was left out. */
export type SkipReason =
  /** The mapping says so. */
  | 'mapping'
  /** The target has another value for it, which is not ours. */
  | 'exists'
  /** The target has the same value for it, which expires at another time. */
  | 'expires-otherwise'
  /** The target changed between two looks, again and again. */
  | 'target-changes'
  /** The target does not take such a key, value or table. */
  | 'refused';

export const skipReasons: readonly SkipReason[] = [
  'mapping',
  'exists',
  'expires-otherwise',
  'target-changes',
  'refused',
];
