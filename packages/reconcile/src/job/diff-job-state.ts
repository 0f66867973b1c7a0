import { decodeUtf8, encodeUtf8 } from '@kvtwin/bytes';
import { StoreError, type Two, type VersionPolicy } from '@kvtwin/versioned-value';
import { type DiffClass, diffClasses } from '../diff-class.js';
import { stateKey } from './job-keys.js';
import type { OrderedStore } from './ordered-store.js';

/** Where a job stands; kept as JSON with everything that it stands for, in one write. */
export interface DiffJobState {
  readonly format: 'kvtwin.diff-job/1';
  readonly policy: VersionPolicy;
  /** Of the digests of values. */
  readonly seed: number;
  readonly phase: 'scanning' | 'comparing' | 'done';
  /** Behind which cursor each scan goes on; `null`: that side has shown everything. Absent before its first batch. */
  readonly cursors: Two<string | null | undefined>;
  /** Entries shown so far. */
  readonly scanned: Two<number>;
  readonly valueBytes: number;
  /** Units compared. */
  readonly units: number;
  readonly classes: Readonly<Record<DiffClass, number>>;
  /** Time spent, over all attempts. */
  readonly elapsedMs: number;
}

export function newDiffJobState(policy: VersionPolicy, seed: number): DiffJobState {
  return {
    format: 'kvtwin.diff-job/1',
    policy,
    seed,
    phase: 'scanning',
    cursors: [undefined, undefined],
    scanned: [0, 0],
    valueBytes: 0,
    units: 0,
    classes: Object.fromEntries(diffClasses.map((name) => [name, 0])) as Record<DiffClass, number>,
    elapsedMs: 0,
  };
}

/** The state in a store; undefined where no job was begun there. */
export async function readDiffJobState(store: OrderedStore): Promise<DiffJobState | undefined> {
  const bytes = await store.get(stateKey);
  if (bytes === undefined) return undefined;
  const { cursors, ...state } = JSON.parse(decodeUtf8(bytes)) as DiffJobState;
  if (state.format === 'kvtwin.diff-job/1') {
    // JSON has no undefined: a side that has not begun is `false` there.
    const [first, second] = cursors as unknown as Two<string | null | false>;
    return {
      ...state,
      cursors: [first === false ? undefined : first, second === false ? undefined : second],
    };
  }
  throw new StoreError(
    `the job has format ${JSON.stringify(state.format)}, which this release does not read`,
    { code: 'STORE_INVALID_ARGUMENT', operation: 'diff' },
  );
}

/** The write that keeps a state. */
export function stateWrite(state: DiffJobState): readonly [Uint8Array, Uint8Array] {
  const cursors = state.cursors.map((cursor) => (cursor === undefined ? false : cursor));
  return [stateKey, encodeUtf8(JSON.stringify({ ...state, cursors }))];
}
