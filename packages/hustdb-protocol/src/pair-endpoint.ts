/** The reads of HustDB HA that ask both masters and compare. `/sismember2` has no value, the others do. */
export type PairValueEndpoint = '/get2' | '/hget2' | '/zscore2';
export type PairEndpoint = PairValueEndpoint | '/sismember2';

/** Every {@link PairEndpoint}. */
export const PAIR_ENDPOINTS: readonly PairEndpoint[] = ['/get2', '/hget2', '/zscore2', '/sismember2'];

/** Whether `path` is the path of a pair read. */
export function isPairEndpoint(path: string): path is PairEndpoint {
  return (PAIR_ENDPOINTS as readonly string[]).includes(path);
}
