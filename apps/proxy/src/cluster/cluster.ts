import type { PairSource, Two, VersionPolicy } from '@kvtwin/versioned-value';
import type { PairCommands } from '../commands/pair-commands.js';
import type { Side } from '../sides/side.js';
import type { TableStores } from '../sides/table-stores.js';
import type { TableUpload } from './table-upload.js';

/** A pair as the data listener asks it. */
export interface ServedPair {
  readonly source: PairSource;
  /** `host:port` of each side, for `Sync` and messages. */
  readonly sideNames: Two<string>;
  /** Its open stores. */
  readonly tables: TableStores;
  readonly commands: PairCommands;
  /** Whom a plain read asks when neither side has the key: those who held the slot before it was split off. */
  readonly older: ServedPair | undefined;
}

/** One side as it is asked by its number (`peer`). */
export type Peer = Pick<Side, 'name' | 'list' | 'text'>;

/** What stands behind the data listener: one pair, or many that share the 1024 slots. */
export interface Cluster {
  readonly policy: VersionPolicy;
  /** The pair that holds every slot; undefined where there are several. */
  readonly only: ServedPair | undefined;
  /** The pair that holds a slot, 0 to 1023. */
  pairOf(slot: number): ServedPair;
  /** Numbers that `peer` may have, from 0; what it cannot be told rejects. */
  peerCount(timeoutMs: number): Promise<number>;
  /** The side of that number; undefined where there is none. Rejects where that cannot be told. */
  peer(at: number, timeoutMs: number): Promise<Peer | undefined>;
  /** The table file as it was loaded (`/get_table`). */
  tableFile(timeoutMs: number): Promise<string>;
  /** Names of all sides, in the order of their numbers. */
  readonly names: readonly string[];
  /** Takes another table over HTTP (`/set_table`); undefined where there is no table file. */
  readonly upload?: TableUpload;
  /** Reads the table file anew and serves it; a bad one rejects, and nothing has changed. */
  readonly reload?: () => Promise<void>;
  close(): Promise<void>;
}
