/** One thing for each of the two sides of a pair, the first side first. HustDB calls them `master1` and `master2`. */
export type Two<T> = readonly [first: T, second: T];

/** Names one side of a pair. */
export type Side = 'first' | 'second';
