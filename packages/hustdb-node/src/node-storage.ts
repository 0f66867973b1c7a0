import { HUSTDB_LIMITS, type ListedEntry, type NodeRead, type NodeWrite } from '@kvtwin/hustdb-protocol';
import { fileOfKey, fileOfTable } from './file-of.js';
import { integerOf } from './integer-of.js';
import { isInRange } from './is-in-range.js';
import { type NodeTable, type RankedRecord, scoreOf } from './node-table.js';
import { NodeTables } from './node-tables.js';
import { scoreText } from './score-text.js';
import { countOf, type StorageCount, type TableCount } from './storage-count.js';
import type { StoredRecord, StoredState, TableType } from './stored-record.js';
import type { VersionEncoding } from './version-encoding.js';
import { declined, judgeDelete, judgePut, type VersionDemand } from './version-rules.js';

/** What a storage is made of. */
export interface NodeStorageOptions {
  readonly fileCount: number;
  /** Bytes of keys and values together; a write past it is refused (403). */
  readonly maxBytes: number;
  readonly maxTables: number;
  readonly versions: VersionEncoding;
  nowMs(): number;
}

/** Where an entry stands: a key of the kv space, or a field or member of a table. */
export interface Place {
  readonly table?: string | undefined;
  /** Of the table; `H`, a hash, where it is absent. */
  readonly type?: TableType | undefined;
  readonly key: Uint8Array;
}

/** A put. `ttlSeconds`: 0 or absent for no expiry. `value`: empty in a set; a score is written by `addScore`. */
export interface PutDemand extends Place, VersionDemand {
  readonly value: Uint8Array;
  readonly ttlSeconds: number;
}

/** A write to a sorted set. `opt`: 0 sets the score, above 0 adds `score` to it, below 0 subtracts. */
export interface ScoreDemand extends Omit<PutDemand, 'value' | 'table' | 'type'> {
  readonly table: string;
  readonly score: bigint;
  readonly opt: number;
}

/** A page of a listing: raw records from `offset`, `size` of them, and the bucket range `start` ≤ bucket < `end`. */
export interface Page {
  readonly offset: number;
  readonly size: number;
  readonly start: number;
  readonly end: number;
  readonly values: boolean;
}

/** What a write or an expiry did to one entry. */
export interface StorageChange {
  readonly kind: 'put' | 'del';
  readonly record: StoredState;
}

/** Scores from `min` to `max`. */
export interface ScoreRange {
  readonly min: bigint;
  readonly max: bigint;
}

const NOTHING = new Uint8Array(0);

/**
 * The data of one node, in memory: kv pairs, hashes, sets and sorted sets, their versions and times to live. Every method is
 * one atomic step. A table has the type of its first write, and is gone with its last entry. An expired entry is not there
 * for anybody; the first read that meets it still tells its version. Arrays that are handed in are kept, and those that come
 * out are the ones kept: neither may be written to.
 */
export class NodeStorage {
  readonly #options: NodeStorageOptions;
  readonly #tables: NodeTables;
  /** Every record of a file, in order of creation: what `keys` walks over. */
  readonly #files: Set<StoredRecord>[];
  #bytes = 0;
  #count = 0;
  /** Hears every change at once, before the call that made it returns. */
  onChange: ((change: StorageChange) => void) | undefined;

  constructor(options: NodeStorageOptions) {
    this.#options = options;
    this.#tables = new NodeTables(options.maxTables);
    this.#files = Array.from({ length: options.fileCount }, () => new Set());
  }

  /** Bytes of all keys and values. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Entries, those whose time is up included until they are met. */
  get count(): number {
    return this.#count;
  }

  /** Every entry as it is stored. Writes while it is walked over show in it or not. */
  *records(): Iterable<StoredState> {
    for (const records of this.#files) yield* records;
  }

  /** Puts an entry back as {@link records} or {@link onChange} told it: no rule is applied, nobody hears of it. */
  restore({ value, storedVersion, expiresAtMs, ...place }: StoredState): void {
    if (place.table !== undefined && this.#tables.isOfAnotherType(place)) this.#dropTable(place.table);
    const record = this.#tables.find(place)?.records.get(nameOf(place.key)) ?? this.#create(place);
    this.#bytes += value.length - record.value.length;
    Object.assign(record, { value, storedVersion, expiresAtMs });
    this.#tables.find(place)!.touched();
  }

  /** Takes an entry away if it is there; nobody hears of it. */
  forget(place: Place): void {
    const record = this.#tables.find(place)?.records.get(nameOf(place.key));
    if (record !== undefined) this.#remove(record);
  }

  read(place: Place): NodeRead {
    const table = this.#tables.find(place);
    if (table === undefined) return { outcome: 'wrong-table', version: '0' };
    const record = table.records.get(nameOf(place.key));
    if (record === undefined) return { outcome: 'absent', version: '0' };
    const version = String(this.#versionOf(record));
    if (!this.#isExpired(record)) return { outcome: 'found', version, value: record.value };
    this.#delete(record);
    return { outcome: 'absent', version };
  }

  put(demand: PutDemand): NodeWrite {
    const version = String(demand.ver);
    if (this.#tables.isOfAnotherType(demand)) return { outcome: 'wrong-table', version };
    const record = this.#findLive(demand);
    const verdict = judgePut(record === undefined ? undefined : this.#versionOf(record), demand);
    if (verdict.verdict !== 'accept') return declined(verdict);
    if (!this.#hasRoom(demand, record, demand.value)) return { outcome: 'refused', version };
    if (!this.#tables.hasRoomFor(demand)) return { outcome: 'wrong-table', version };
    const kept = record ?? this.#create(demand);
    this.#bytes += demand.value.length - kept.value.length;
    kept.value = demand.value;
    kept.storedVersion = verdict.version;
    kept.expiresAtMs = this.#expiryOf(demand.ttlSeconds);
    this.#tables.find(demand)!.touched();
    this.onChange?.({ kind: 'put', record: kept });
    // A new key replayed with its version reports what a read would tell; an overwritten one reports the version given.
    const told = record === undefined ? this.#versionOf(kept) : verdict.version;
    return { outcome: 'applied', version: String(told), body: NOTHING };
  }

  /** Adds to the stored integer, 0 where there is none; wraps at 64 bits. */
  increment(demand: Omit<PutDemand, 'value'> & { readonly by: bigint }): NodeWrite {
    const record = this.#tables.isOfAnotherType(demand) ? undefined : this.#findLive(demand);
    const before = record === undefined ? 0n : integerOf(record.value);
    if (before === undefined) return { outcome: 'refused', version: String(demand.ver) };
    return this.#putText(demand, BigInt.asIntN(64, before + demand.by).toString());
  }

  /**
   * Writes a member's score; the answer's body is the score, empty where nothing changed: the same score set again, under a
   * `ver` not above the current version, keeps the version.
   */
  addScore({ score, opt, ...demand }: ScoreDemand): NodeWrite {
    const place = { ...demand, type: 'Z' as const };
    const record = this.#tables.isOfAnotherType(place) ? undefined : this.#findLive(place);
    const before = record === undefined ? 0n : scoreOf(record);
    if (record !== undefined && opt === 0 && before === score && demand.ver <= this.#versionOf(record)) {
      return { outcome: 'applied', version: String(this.#versionOf(record)), body: NOTHING };
    }
    const after = opt === 0 ? score : opt > 0 ? before + score : before - score;
    return this.#putText(place, BigInt.asIntN(64, after).toString());
  }

  delete(demand: Place & VersionDemand): NodeWrite {
    if (this.#tables.find(demand) === undefined) {
      return { outcome: 'wrong-table', version: String(demand.ver) };
    }
    const record = this.#findLive(demand);
    if (record === undefined) return { outcome: 'absent', version: '0' };
    const verdict = judgeDelete(this.#versionOf(record), demand);
    if (verdict.verdict !== 'accept') return declined(verdict);
    this.#delete(record);
    return { outcome: 'applied', version: String(verdict.version), body: NOTHING };
  }

  /** A page of a file: `size` raw records from `offset`, those outside the bucket range left out. */
  listFile(file: number, page: Page): ListedEntry[] | undefined {
    const records = this.#files[file];
    return records === undefined ? undefined : this.#list(records, page, { tables: true });
  }

  /** A page of a hash or set; undefined where there is no such table of that type. */
  listTable(table: string, page: Page, type: TableType = 'H'): ListedEntry[] | undefined {
    const found = this.#tables.find({ table, type });
    return found === undefined ? undefined : this.#list(found.records.values(), page);
  }

  /**
   * A page of a sorted set in the order of its scores, of those in `range` where one is given. Undefined where there is no
   * such sorted set, or its name's bucket is outside the page's range.
   */
  listRanked(table: string, page: Page, range?: ScoreRange): ListedEntry[] | undefined {
    const found = this.#tables.find({ table, type: 'Z' });
    if (found === undefined || !isInRange(new TextEncoder().encode(table), page)) return undefined;
    const everyBucket = { ...page, start: 0, end: HUSTDB_LIMITS.slots };
    return this.#list(recordsOf(rankedIn(found, range)), everyBucket);
  }

  /** Counters of one table; undefined where there is no such table. */
  countTable(table: string): TableCount | undefined {
    const found = this.#tables.named(table);
    return found === undefined ? undefined : { type: found.type!, ...countOf(found.records.values()) };
  }

  countKv(): StorageCount {
    return countOf(this.#tables.kv.records.values());
  }

  /** Table names in byte order. */
  tableNames(): string[] {
    return this.#tables.names();
  }

  /** Deletes what has expired; reads and writes do so for what they meet, this for what nobody asks for. */
  sweep(): void {
    for (const records of this.#files) {
      for (const record of records) if (this.#isExpired(record)) this.#delete(record);
    }
  }

  #putText(demand: Omit<PutDemand, 'value'>, text: string): NodeWrite {
    const body = new TextEncoder().encode(text);
    const written = this.put({ ...demand, value: body });
    return written.outcome === 'applied' ? { ...written, body } : written;
  }

  #list(
    records: Iterable<StoredRecord>,
    page: Page,
    { tables = false }: { readonly tables?: boolean } = {},
  ): ListedEntry[] {
    const entries: ListedEntry[] = [];
    let at = 0;
    for (const record of records) {
      if (at >= page.offset + page.size) break;
      if (this.#isExpired(record) || at++ < page.offset || !isInRange(record.key, page)) continue;
      const { table, type } = record;
      entries.push({
        key: record.key,
        version: String(this.#versionOf(record)),
        ...(page.values && type !== 'S' ? { value: record.value } : {}),
        ...(tables && table !== undefined ? { table, type } : {}),
      });
    }
    return entries;
  }

  #findLive(place: Place): StoredRecord | undefined {
    const record = this.#tables.find(place)?.records.get(nameOf(place.key));
    if (record === undefined || !this.#isExpired(record)) return record;
    this.#delete(record);
    return undefined;
  }

  #hasRoom(place: Place, record: StoredRecord | undefined, value: Uint8Array): boolean {
    const more = value.length - (record === undefined ? -place.key.length : record.value.length);
    return this.#bytes + more <= this.#options.maxBytes;
  }

  #create(place: Place): StoredRecord {
    const { fileCount } = this.#options;
    const { table, key } = place;
    const { type, records } = this.#tables.findOrMake(place);
    const file = table === undefined ? fileOfKey(key, fileCount) : fileOfTable(table, type ?? 'H', fileCount);
    const record: StoredRecord = {
      key,
      table,
      type,
      file,
      value: NOTHING,
      storedVersion: 0,
      expiresAtMs: undefined,
    };
    records.set(nameOf(key), record);
    this.#files[file]!.add(record);
    this.#bytes += key.length;
    this.#count++;
    return record;
  }

  #delete(record: StoredRecord): void {
    this.#remove(record);
    this.onChange?.({ kind: 'del', record });
  }

  #dropTable(table: string): void {
    for (const record of [...(this.#tables.named(table)?.records.values() ?? [])]) this.#remove(record);
  }

  #remove(record: StoredRecord): void {
    const table = this.#tables.find(record)!;
    table.records.delete(nameOf(record.key));
    table.touched();
    this.#files[record.file]!.delete(record);
    this.#bytes -= record.key.length + record.value.length;
    this.#count--;
    this.#tables.dropIfEmpty(record.table);
  }

  #versionOf(record: StoredRecord): number {
    return this.#options.versions(record.storedVersion);
  }

  #isExpired(record: StoredRecord): boolean {
    return record.expiresAtMs !== undefined && record.expiresAtMs <= this.#options.nowMs();
  }

  /** 0 and what is above the maximum mean: never. */
  #expiryOf(ttlSeconds: number): number | undefined {
    if (ttlSeconds < 1 || ttlSeconds > HUSTDB_LIMITS.ttlSeconds) return undefined;
    return this.#options.nowMs() + ttlSeconds * 1000;
  }
}

/** The members whose score lies in the range, by its text. */
function* rankedIn(table: NodeTable, range: ScoreRange | undefined): Iterable<RankedRecord> {
  if (range === undefined) {
    yield* table.ranked();
    return;
  }
  const [min, max] = [scoreText(range.min), scoreText(range.max)];
  for (const ranked of table.ranked()) {
    if (ranked.score > max) return;
    if (ranked.score >= min) yield ranked;
  }
}

function* recordsOf(ranked: Iterable<RankedRecord>): Iterable<StoredRecord> {
  for (const { record } of ranked) yield record;
}

/** A key as a Map's key: one character per byte. */
function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
