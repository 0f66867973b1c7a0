import type { ListedEntry, NodeRead, NodeWrite } from '@kvtwin/hustdb-protocol';
import type { Page, Place, PutDemand, ScoreDemand, ScoreRange } from './node-storage.js';
import type { StorageCount, TableCount } from './storage-count.js';
import type { TableType } from './stored-record.js';
import type { VersionDemand } from './version-rules.js';

/** Now, or later. */
export type Awaitable<T> = T | Promise<T>;

/** What a node answers from: its own memory, or the stores of a family. Each method is one atomic step of one entry. */
export interface StorageView {
  read(place: Place): Awaitable<NodeRead>;
  put(demand: PutDemand): Awaitable<NodeWrite>;
  increment(demand: Omit<PutDemand, 'value'> & { readonly by: bigint }): Awaitable<NodeWrite>;
  addScore(demand: ScoreDemand): Awaitable<NodeWrite>;
  delete(demand: Place & VersionDemand): Awaitable<NodeWrite>;
  /** Undefined where there is no such file. */
  listFile(file: number, page: Page): Awaitable<ListedEntry[] | undefined>;
  /** Undefined where there is no such table of that type. */
  listTable(table: string, page: Page, type?: TableType): Awaitable<ListedEntry[] | undefined>;
  listRanked(table: string, page: Page, range?: ScoreRange): Awaitable<ListedEntry[] | undefined>;
  countTable(table: string): Awaitable<TableCount | undefined>;
  countKv(): Awaitable<StorageCount>;
  /** In byte order. */
  tableNames(): Awaitable<string[]>;
}
