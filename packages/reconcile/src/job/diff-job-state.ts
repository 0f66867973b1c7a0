import { decodeUtf8, encodeUtf8 } from '@kvtwin/bytes';
import { StoreError, type Two, type VersionPolicy } from '@kvtwin/versioned-value';
import type { LatencyRecord } from '../scan/latency-histogram.js';
import type { DiffSample } from './diff-job-summary.js';
import type { DiffLayout } from './diff-layout.js';
import { stateKey } from './job-keys.js';
import type { OrderedStore, OrderedWrite } from './ordered-store.js';
import type { SideListing } from './unit-record.js';

/** Where a job stands but for its units; kept as JSON, with everything that it stands for, in one write. */
export interface DiffJobState {
  readonly format: 'kvtwin.diff-job/3';
  readonly policy: VersionPolicy;
  readonly layout: DiffLayout;
  /** `scanning` only where the layout is `hash`. */
  readonly phase: 'scanning' | 'comparing' | 'done';
  /** Behind which cursor each whole scan goes on; `null`: that side has shown everything. Absent before its first batch. */
  readonly cursors: Two<string | null | undefined>;
  /** Entries that whole scans showed so far. */
  readonly scanned: Two<number>;
  readonly valueBytes: number;
  /** Of whole scans of sides whose scans shift. */
  readonly listings: readonly SideListing[];
  /** Time spent, over all attempts. */
  readonly elapsedMs: number;
  readonly latency: Two<LatencyRecord | undefined>;
  readonly timeline: readonly DiffSample[];
}

export function newDiffJobState(policy: VersionPolicy, layout: DiffLayout): DiffJobState {
  return {
    format: 'kvtwin.diff-job/3',
    policy,
    layout,
    phase: layout.kind === 'hash' ? 'scanning' : 'comparing',
    cursors: [undefined, undefined],
    scanned: [0, 0],
    valueBytes: 0,
    listings: [],
    elapsedMs: 0,
    latency: [undefined, undefined],
    timeline: [],
  };
}

/** The state in a store; undefined where no job was begun there. */
export async function readDiffJobState(store: OrderedStore): Promise<DiffJobState | undefined> {
  const bytes = await store.get(stateKey);
  if (bytes === undefined) return undefined;
  const { cursors, ...state } = JSON.parse(decodeUtf8(bytes)) as DiffJobState;
  if (state.format === 'kvtwin.diff-job/3') {
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
export function stateWrite(state: DiffJobState): OrderedWrite {
  const cursors = state.cursors.map((cursor) => (cursor === undefined ? false : cursor));
  return [stateKey, encodeUtf8(JSON.stringify({ ...state, cursors }))];
}
