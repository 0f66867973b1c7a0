import { decodeUtf8, encodeUtf8 } from '@kvtwin/bytes';
import { StoreError } from '@kvtwin/versioned-value';
import type { OrderedStore, OrderedWrite } from '../job/ordered-store.js';
import { migrateStateKey } from './migrate-keys.js';

/**
 * What a migration does at present. Each round goes through them in this order, `done` after the last round:
 * - `scanning`: goes through the source; of one copy it copies what it sees, of two it lists what each master has.
 * - `copying`: (two copies) reads each listed key from both masters, and copies it.
 * - `removing`: (from the second round on) looks after keys that the source does not show any more.
 * - `holding`: reads keys once more whose masters disagreed.
 * - `retrying`: the same for a migration that was done.
 */
export type MigratePhase = 'scanning' | 'copying' | 'removing' | 'holding' | 'retrying' | 'done';

/** Where a migration stands; kept as JSON in the same write as everything that it stands for. */
export interface MigrateState {
  readonly format: 'kvtwin.migrate-job/1';
  readonly phase: MigratePhase;
  /** From 1 on. */
  readonly round: number;
  /** The last round that there will be, unless an earlier one has nothing to write; 0: as the options say. */
  readonly lastRound: number;
  /** Behind which cursor each part's scan goes on; null: it has shown everything; absent: not begun. */
  readonly cursors: Readonly<Record<number, string | null>>;
  /** Entries shown in this round. */
  readonly scanned: number;
  /** Entries left out in this round, since their node is not a master of them. */
  readonly strays: number;
  /** In a walk through keys: behind which one it goes on, lower-case hex. */
  readonly after?: string | undefined;
  /** Units of work done, over all rounds: a unit is what is lost at most when the process dies. */
  readonly units: number;
  /** Keys written to the target in this round, or removed from it. */
  readonly written: number;
  /** Whether the last of several rounds had nothing to write: the source was at rest. */
  readonly settled: boolean;
  /** Keys removed from the target, over all rounds, since the source has them no more. */
  readonly removed: number;
  /** Keys that the source has no more, and that were left in the target, which holds something of somebody else. */
  readonly left: number;
  /** Bytes of values written, over all rounds. */
  readonly bytes: number;
  /** Over all attempts. */
  readonly elapsedMs: number;
}

export const newMigrateState: MigrateState = {
  format: 'kvtwin.migrate-job/1',
  phase: 'scanning',
  round: 1,
  lastRound: 0,
  cursors: {},
  scanned: 0,
  strays: 0,
  units: 0,
  written: 0,
  settled: false,
  removed: 0,
  left: 0,
  bytes: 0,
  elapsedMs: 0,
};

/** The state in a store; undefined where no migration was begun there. */
export async function readMigrateState(store: OrderedStore): Promise<MigrateState | undefined> {
  const bytes = await store.get(migrateStateKey);
  if (bytes === undefined) return undefined;
  const state = JSON.parse(decodeUtf8(bytes)) as MigrateState;
  if (state.format === 'kvtwin.migrate-job/1') return state;
  throw new StoreError(
    `the job has format ${JSON.stringify(state.format)}, which this release does not read`,
    { code: 'STORE_INVALID_ARGUMENT', operation: 'migrate' },
  );
}

/** The write that keeps a state. */
export function migrateStateWrite(state: MigrateState): OrderedWrite {
  return [migrateStateKey, encodeUtf8(JSON.stringify(state))];
}
