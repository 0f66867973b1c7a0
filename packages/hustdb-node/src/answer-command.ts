import {
  formatNodeBinlog,
  formatNodeListing,
  formatNodeRead,
  formatNodeReply,
  formatNodeWrite,
  type HttpReply,
  HUSTDB_LIMITS,
  type ListedEntry,
  type NamedRequest,
  type NodeRead,
} from '@kvtwin/hustdb-protocol';
import { answerCache, isCacheRequest } from './answer-cache.js';
import type { Binlog } from './binlog.js';
import type { NodeCache } from './node-cache.js';
import type { NodeStorage, Page, Place } from './node-storage.js';
import type { StorageCount } from './storage-count.js';
import type { TableType } from './stored-record.js';

/** What a node answers from. */
export interface NodeParts {
  readonly storage: NodeStorage;
  readonly cache: NodeCache;
  readonly binlog: Binlog;
  readonly fileCount: number;
}

/** Carries a command out and formats the node's answer. */
export function answerCommand(parts: NodeParts, named: NamedRequest): HttpReply {
  if (isCacheRequest(named)) return answerCache(parts.cache, named);
  const { storage } = parts;
  switch (named.command) {
    case 'get':
    case 'hget':
      return formatNodeRead(storage.read(named.request));
    case 'zscore':
      return formatNodeRead(storage.read(memberOf(named.request, 'Z')));
    case 'exist':
    case 'hexist':
      return formatNodeRead(withoutValue(storage.read(named.request)));
    case 'sismember':
      return formatNodeRead(storage.read(memberOf(named.request, 'S')));
    case 'zismember':
      return formatNodeRead(withoutValue(storage.read(memberOf(named.request, 'Z'))));
    case 'put':
    case 'hset':
      return formatNodeWrite(storage.put({ ...named.request, ...conditionOf(named.request) }));
    case 'sadd': {
      const place = memberOf(named.request, 'S');
      return formatNodeWrite(
        storage.put({ ...place, value: new Uint8Array(0), ...conditionOf(named.request) }),
      );
    }
    case 'zadd': {
      const { table, member, score, opt = 0 } = named.request;
      return formatNodeWrite(
        storage.addScore({ table, key: member, score, opt, ...conditionOf(named.request) }),
      );
    }
    case 'hincrby': {
      const { table, key, host } = named.request;
      const written = storage.increment({ ...named.request, ...conditionOf(named.request) });
      if (written.outcome === 'applied' && host !== undefined)
        parts.binlog.add({ host, method: 3, table, key });
      return formatNodeWrite(written);
    }
    case 'del':
    case 'hdel':
      return formatNodeWrite(storage.delete({ ...named.request, ...conditionOf(named.request) }));
    case 'srem':
    case 'zrem': {
      const place = memberOf(named.request, named.command === 'srem' ? 'S' : 'Z');
      return formatNodeWrite(storage.delete({ ...place, ...conditionOf(named.request) }));
    }
    case 'binlog': {
      const { member, ...task } = named.request;
      return formatNodeBinlog(parts.binlog.add({ ...task, key: member }));
    }
    case 'keys':
      return answerListing(named.request, 'invalid', (page) => storage.listFile(named.request.file, page));
    case 'hkeys':
    case 'smembers': {
      const type = named.command === 'hkeys' ? 'H' : 'S';
      return answerListing(named.request, 'wrong-table', (page) =>
        storage.listTable(named.request.table, page, type),
      );
    }
    case 'zrangebyrank':
      return answerListing(
        named.request,
        'wrong-table',
        (page) => storage.listRanked(named.request.table, page),
        true,
      );
    case 'zrangebyscore': {
      const { table, min = 0n, max = 0n } = named.request;
      return answerListing(
        named.request,
        'wrong-table',
        (page) => storage.listRanked(table, page, { min, max }),
        true,
      );
    }
    case 'stat':
      return answerStat(storage, named.request.table);
    case 'stat_all':
      return json([totalOf(storage), ...storage.tableNames().map((table) => tableOf(storage, table))]);
    case 'file_count':
      return formatNodeReply(200, [], new TextEncoder().encode(String(parts.fileCount)));
    case 'status':
      return formatNodeReply(200, [], new TextEncoder().encode('ok\n'));
    default:
      return formatNodeReply(404, []);
  }
}

function memberOf(
  { table, member }: { readonly table: string; readonly member: Uint8Array },
  type: TableType,
): Place {
  return { table, type, key: member };
}

function withoutValue(read: NodeRead): NodeRead {
  return read.outcome === 'found' ? { ...read, value: new Uint8Array(0) } : read;
}

function conditionOf(request: {
  readonly ttlSeconds?: number;
  readonly ver?: number;
  readonly isDup?: boolean;
}): { readonly ttlSeconds: number; readonly ver: number; readonly isDup: boolean } {
  const { ttlSeconds = 0, ver = 0, isDup = false } = request;
  return { ttlSeconds, ver, isDup };
}

interface ListingRequest {
  readonly offset: number;
  readonly size: number;
  readonly start?: number;
  readonly end?: number;
  readonly noval?: boolean;
  readonly async?: boolean;
}

/** This node exports nothing, so there is never a snapshot to list from. */
function answerListing(
  request: ListingRequest,
  missing: 'invalid' | 'wrong-table',
  list: (page: Page) => ListedEntry[] | undefined,
  scores = false,
): HttpReply {
  const { offset, size, start = 0, end = HUSTDB_LIMITS.slots, noval = true } = request;
  if (request.async === true) return formatNodeListing({ outcome: 'no-snapshot' });
  const entries = list({ offset, size, start, end, values: !noval });
  if (entries === undefined) return formatNodeListing({ outcome: missing });
  return formatNodeListing({ outcome: 'listed', entries }, { scores });
}

function answerStat(storage: NodeStorage, table: string | undefined): HttpReply {
  if (table === undefined) return json(totalOf(storage));
  return storage.countTable(table) === undefined ? formatNodeReply(404, []) : json(tableOf(storage, table));
}

function totalOf(storage: NodeStorage): object {
  const tables = storage.tableNames().map((table) => storage.countTable(table)!);
  const hashes = tables.filter(({ type }) => type === 'H');
  return { TOTALIZE: { KVPAIR: storage.countKv(), HASHTABLE: sum(hashes) } };
}

/** Bytes are told of hashes only. */
function tableOf(storage: NodeStorage, table: string): object {
  const { type, count, size, capacity } = storage.countTable(table)!;
  return { table, type, count, ...(type === 'H' ? { size, capacity } : {}) };
}

function sum(counts: readonly StorageCount[]): StorageCount {
  return counts.reduce<StorageCount>(
    (total, { count, size, capacity }) => ({
      count: total.count + count,
      size: total.size + size,
      capacity: total.capacity + capacity,
    }),
    { count: 0, size: 0, capacity: 0 },
  );
}

function json(value: object): HttpReply {
  return formatNodeReply(200, [], new TextEncoder().encode(JSON.stringify(value)));
}
