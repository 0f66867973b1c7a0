import {
  formatNodeBinlog,
  formatNodeRead,
  formatNodeReply,
  formatNodeWrite,
  type HttpReply,
  type NamedRequest,
  type NodeRead,
} from '@kvtwin/hustdb-protocol';
import { answerCache, isCacheRequest } from './answer-cache.js';
import { answerExport, answerListing } from './answer-listing.js';
import type { Binlog } from './binlog.js';
import type { NodeCache } from './node-cache.js';
import type { NodeExports } from './node-exports.js';
import type { Place } from './node-storage.js';
import type { NodeWork } from './node-work.js';
import type { StorageCount, TableCount } from './storage-count.js';
import type { StorageView } from './storage-view.js';
import type { TableType } from './stored-record.js';

/** What a node answers from. */
export interface NodeParts {
  readonly storage: StorageView;
  readonly cache: NodeCache;
  readonly binlog: Binlog;
  readonly exports: NodeExports;
  readonly work: NodeWork;
  readonly fileCount: number;
}

/** Carries a command out, formats the node's answer, and counts it. */
export async function answerCommand(parts: NodeParts, named: NamedRequest): Promise<HttpReply> {
  const beganMs = performance.now();
  const reply = await answer(parts, named);
  parts.work.note(named, reply, performance.now() - beganMs);
  return reply;
}

async function answer(parts: NodeParts, named: NamedRequest): Promise<HttpReply> {
  if (isCacheRequest(named)) return answerCache(parts.cache, named);
  const { storage } = parts;
  switch (named.command) {
    case 'get':
    case 'hget':
      return formatNodeRead(await storage.read(named.request));
    case 'zscore':
      return formatNodeRead(await storage.read(memberOf(named.request, 'Z')));
    case 'exist':
    case 'hexist':
      return formatNodeRead(withoutValue(await storage.read(named.request)));
    case 'sismember':
      return formatNodeRead(await storage.read(memberOf(named.request, 'S')));
    case 'zismember':
      return formatNodeRead(withoutValue(await storage.read(memberOf(named.request, 'Z'))));
    case 'put':
    case 'hset':
      return formatNodeWrite(await storage.put({ ...named.request, ...conditionOf(named.request) }));
    case 'sadd': {
      const place = memberOf(named.request, 'S');
      return formatNodeWrite(
        await storage.put({ ...place, value: new Uint8Array(0), ...conditionOf(named.request) }),
      );
    }
    case 'zadd': {
      const { table, member, score, opt = 0 } = named.request;
      return formatNodeWrite(
        await storage.addScore({ table, key: member, score, opt, ...conditionOf(named.request) }),
      );
    }
    case 'hincrby': {
      const { table, key, host } = named.request;
      const written = await storage.increment({ ...named.request, ...conditionOf(named.request) });
      if (written.outcome === 'applied' && host !== undefined)
        await parts.binlog.add({ host, method: 3, table, key });
      return formatNodeWrite(written);
    }
    case 'del':
    case 'hdel':
      return formatNodeWrite(await storage.delete({ ...named.request, ...conditionOf(named.request) }));
    case 'srem':
    case 'zrem': {
      const place = memberOf(named.request, named.command === 'srem' ? 'S' : 'Z');
      return formatNodeWrite(await storage.delete({ ...place, ...conditionOf(named.request) }));
    }
    case 'binlog': {
      const { member, ...task } = named.request;
      return formatNodeBinlog(await parts.binlog.add({ ...task, key: member }));
    }
    case 'keys':
    case 'hkeys':
    case 'smembers':
    case 'zrangebyrank':
    case 'zrangebyscore':
      return answerListing(parts, named);
    case 'export':
      return answerExport(parts.exports, named.request);
    case 'task_info':
      return json(parts.exports.info());
    case 'task_status':
      return formatNodeReply(
        200,
        [],
        new TextEncoder().encode(String(parts.exports.status(named.request.token))),
      );
    case 'info':
      return json(parts.work.take());
    case 'stat':
      return answerStat(storage, named.request.table);
    case 'stat_all':
      return answerStatAll(storage);
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

async function answerStat(storage: StorageView, table: string | undefined): Promise<HttpReply> {
  if (table === undefined) return json(await totalOf(storage, await tableCounts(storage)));
  const count = await storage.countTable(table);
  return count === undefined ? formatNodeReply(404, []) : json(rowOf(table, count));
}

async function answerStatAll(storage: StorageView): Promise<HttpReply> {
  const counts = await tableCounts(storage);
  return json([await totalOf(storage, counts), ...counts.map(([table, count]) => rowOf(table, count))]);
}

async function tableCounts(storage: StorageView): Promise<(readonly [table: string, count: TableCount])[]> {
  const counts: (readonly [string, TableCount])[] = [];
  for (const table of await storage.tableNames()) {
    const count = await storage.countTable(table);
    if (count !== undefined) counts.push([table, count]);
  }
  return counts;
}

async function totalOf(
  storage: StorageView,
  tables: readonly (readonly [string, TableCount])[],
): Promise<object> {
  const hashes = tables.flatMap(([, count]) => (count.type === 'H' ? [count] : []));
  return { TOTALIZE: { KVPAIR: await storage.countKv(), HASHTABLE: sum(hashes) } };
}

/** Bytes are told of hashes only. */
function rowOf(table: string, { type, count, size, capacity }: TableCount): object {
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
