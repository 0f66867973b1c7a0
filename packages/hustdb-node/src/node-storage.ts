import { HUSTDB_LIMITS, type ListedEntry, type NodeRead, type NodeWrite } from '@kvtwin/hustdb-protocol';
import { bucketOf, fileOfKey, fileOfTable } from './file-of.js';
import type { StoredRecord } from './stored-record.js';
import type { VersionEncoding } from './version-encoding.js';
import { judgeDelete, judgePut, type VersionDemand, type VersionVerdict } from './version-rules.js';

/** What a storage is made of. */
export interface NodeStorageOptions {
  readonly fileCount: number;
  /** Bytes of keys and values together; a write past it is refused (403). */
  readonly maxBytes: number;
  readonly maxTables: number;
  readonly versions: VersionEncoding;
  nowMs(): number;
}

/** Where an entry stands: a key of the kv space, or a field of a table. */
export interface Place {
  readonly table?: string;
  readonly key: Uint8Array;
}

/** A put. `ttlSeconds`: 0 or absent for no expiry. */
export interface PutDemand extends Place, VersionDemand {
  readonly value: Uint8Array;
  readonly ttlSeconds: number;
}

/** Counters of a table or of the kv space. */
export interface StorageCount {
  readonly count: number;
  readonly size: number;
  readonly capacity: number;
}

const NOTHING = new Uint8Array(0);

/**
 * The data of one node, in memory: kv pairs and hash tables, their versions and times to live. Every method is one
 * atomic step. An expired entry is not there for anybody; the first read that meets it still tells its version. Arrays that
 * are handed in are kept, and those that come out are the ones kept: neither may be written to.
 */
export class NodeStorage {
  readonly #options: NodeStorageOptions;
  readonly #kv = new Map<string, StoredRecord>();
  readonly #tables = new Map<string, Map<string, StoredRecord>>();
  /** Every record of a file, in order of creation: what `keys` walks over. */
  readonly #files: Set<StoredRecord>[];
  #bytes = 0;

  constructor(options: NodeStorageOptions) {
    this.#options = options;
    this.#files = Array.from({ length: options.fileCount }, () => new Set());
  }

  /** Bytes of all keys and values. */
  get bytes(): number {
    return this.#bytes;
  }

  read(place: Place): NodeRead {
    const space = this.#spaceOf(place);
    if (space === undefined) return { outcome: 'wrong-table', version: '0' };
    const record = space.get(nameOf(place.key));
    if (record === undefined) return { outcome: 'absent', version: '0' };
    const version = String(this.#versionOf(record));
    if (!this.#isExpired(record)) return { outcome: 'found', version, value: record.value };
    this.#delete(record);
    return { outcome: 'absent', version };
  }

  put(demand: PutDemand): NodeWrite {
    const place: Place = { table: demand.table, key: demand.key };
    const record = this.#findLive(place);
    const verdict = judgePut(record === undefined ? undefined : this.#versionOf(record), demand);
    if (verdict.verdict !== 'accept') return declined(verdict);
    if (!this.#hasRoom(place, record, demand.value))
      return { outcome: 'refused', version: String(demand.ver) };
    if (!this.#hasTable(place.table)) return { outcome: 'wrong-table', version: String(demand.ver) };
    const kept = record ?? this.#create(place);
    this.#bytes += demand.value.length - kept.value.length;
    kept.value = demand.value;
    kept.storedVersion = verdict.version;
    kept.expiresAtMs = this.#expiryOf(demand.ttlSeconds);
    // A new key replayed with its version reports what a read would tell; an overwritten one reports the version given.
    const told = record === undefined ? this.#versionOf(kept) : verdict.version;
    return { outcome: 'applied', version: String(told), body: NOTHING };
  }

  /** Adds to the stored integer, 0 where there is none; wraps at 64 bits. */
  increment(demand: Omit<PutDemand, 'value'> & { readonly by: bigint }): NodeWrite {
    const record = this.#findLive(demand);
    const before = record === undefined ? 0n : integerOf(record.value);
    if (before === undefined) return { outcome: 'refused', version: String(demand.ver) };
    const body = new TextEncoder().encode(BigInt.asIntN(64, before + demand.by).toString());
    const written = this.put({ ...demand, value: body });
    return written.outcome === 'applied' ? { ...written, body } : written;
  }

  delete(demand: Place & VersionDemand): NodeWrite {
    const space = this.#spaceOf(demand);
    if (space === undefined) return { outcome: 'wrong-table', version: String(demand.ver) };
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
    return records === undefined ? undefined : this.#list(records, page, true);
  }

  /** A page of a table; undefined where there is no such table. */
  listTable(table: string, page: Page): ListedEntry[] | undefined {
    const records = this.#tables.get(table);
    return records === undefined ? undefined : this.#list(records.values(), page, false);
  }

  /** Counters of one table; undefined where there is no such table. */
  countTable(table: string): StorageCount | undefined {
    const records = this.#tables.get(table);
    return records === undefined ? undefined : countOf(records.values());
  }

  countKv(): StorageCount {
    return countOf(this.#kv.values());
  }

  /** Table names in byte order. */
  tableNames(): string[] {
    return [...this.#tables.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** Deletes what has expired; reads and writes do so for what they meet, this for what nobody asks for. */
  sweep(): void {
    for (const records of this.#files) {
      for (const record of records) if (this.#isExpired(record)) this.#delete(record);
    }
  }

  #list(records: Iterable<StoredRecord>, page: Page, tables: boolean): ListedEntry[] {
    const entries: ListedEntry[] = [];
    let at = 0;
    for (const record of records) {
      if (at >= page.offset + page.size) break;
      if (this.#isExpired(record) || at++ < page.offset || !isInRange(record, page)) continue;
      entries.push({
        key: record.key,
        version: String(this.#versionOf(record)),
        ...(page.values ? { value: record.value } : {}),
        ...(tables && record.table !== undefined ? { table: record.table, type: 'H' as const } : {}),
      });
    }
    return entries;
  }

  #spaceOf({ table }: Place): Map<string, StoredRecord> | undefined {
    return table === undefined ? this.#kv : this.#tables.get(table);
  }

  #findLive(place: Place): StoredRecord | undefined {
    const record = this.#spaceOf(place)?.get(nameOf(place.key));
    if (record === undefined || !this.#isExpired(record)) return record;
    this.#delete(record);
    return undefined;
  }

  #hasRoom(place: Place, record: StoredRecord | undefined, value: Uint8Array): boolean {
    const more = value.length - (record === undefined ? -place.key.length : record.value.length);
    return this.#bytes + more <= this.#options.maxBytes;
  }

  #hasTable(table: string | undefined): boolean {
    return table === undefined || this.#tables.has(table) || this.#tables.size < this.#options.maxTables;
  }

  #create({ table, key }: Place): StoredRecord {
    const { fileCount } = this.#options;
    const file = table === undefined ? fileOfKey(key, fileCount) : fileOfTable(table, fileCount);
    const record: StoredRecord = {
      key,
      table,
      file,
      value: NOTHING,
      storedVersion: 0,
      expiresAtMs: undefined,
    };
    let space = this.#spaceOf(record);
    if (space === undefined) {
      space = new Map();
      this.#tables.set(table!, space);
    }
    space.set(nameOf(key), record);
    this.#files[file]!.add(record);
    this.#bytes += key.length;
    return record;
  }

  #delete(record: StoredRecord): void {
    const space = this.#spaceOf(record)!;
    space.delete(nameOf(record.key));
    this.#files[record.file]!.delete(record);
    this.#bytes -= record.key.length + record.value.length;
    if (record.table !== undefined && space.size === 0) this.#tables.delete(record.table);
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

/** A page of a listing: raw records from `offset`, `size` of them, and the bucket range `start` ≤ bucket < `end`. */
export interface Page {
  readonly offset: number;
  readonly size: number;
  readonly start: number;
  readonly end: number;
  readonly values: boolean;
}

function declined(verdict: Exclude<VersionVerdict, { verdict: 'accept' }>): NodeWrite {
  if (verdict.verdict === 'reject') return { outcome: 'rejected', version: '0' };
  return { outcome: verdict.verdict, version: String(verdict.version) };
}

function isInRange(record: StoredRecord, { start, end }: Page): boolean {
  if (start === 0 && end === HUSTDB_LIMITS.slots) return true;
  const bucket = bucketOf(record.key);
  return bucket >= start && bucket < end;
}

function countOf(records: Iterable<StoredRecord>): StorageCount {
  let count = 0;
  let size = 0;
  let capacity = 0;
  for (const record of records) {
    const bytes = record.key.length + record.value.length;
    count++;
    size += bytes;
    capacity += Math.ceil(bytes / 1024) * 1024;
  }
  return { count, size, capacity };
}

/** A stored signed 64-bit decimal; undefined where the value is none. */
function integerOf(value: Uint8Array): bigint | undefined {
  if (value.length > 20) return undefined;
  const text = new TextDecoder('latin1').decode(value);
  if (!/^-?\d+$/.test(text)) return undefined;
  const number = BigInt(text);
  return number === BigInt.asIntN(64, number) ? number : undefined;
}

/** A key as a Map's key: one character per byte. */
function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
