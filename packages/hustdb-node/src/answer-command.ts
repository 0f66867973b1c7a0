import {
  formatNodeListing,
  formatNodeRead,
  formatNodeReply,
  formatNodeWrite,
  type HttpReply,
  HUSTDB_LIMITS,
  type NamedRequest,
} from '@kvtwin/hustdb-protocol';
import type { NodeStorage, Page, StorageCount } from './node-storage.js';

/** Carries a command out and formats the node's answer. */
export function answerCommand(storage: NodeStorage, fileCount: number, named: NamedRequest): HttpReply {
  switch (named.command) {
    case 'get':
    case 'hget':
      return formatNodeRead(storage.read(named.request));
    case 'exist':
    case 'hexist': {
      const read = storage.read(named.request);
      return formatNodeRead(read.outcome === 'found' ? { ...read, value: new Uint8Array(0) } : read);
    }
    case 'put':
    case 'hset': {
      const { ttlSeconds = 0, ver = 0, isDup = false } = named.request;
      return formatNodeWrite(storage.put({ ...named.request, ttlSeconds, ver, isDup }));
    }
    case 'hincrby': {
      const { ttlSeconds = 0, ver = 0, isDup = false } = named.request;
      return formatNodeWrite(storage.increment({ ...named.request, ttlSeconds, ver, isDup }));
    }
    case 'del':
    case 'hdel': {
      const { ver = 0, isDup = false } = named.request;
      return formatNodeWrite(storage.delete({ ...named.request, ver, isDup }));
    }
    case 'keys': {
      const entries = storage.listFile(named.request.file, pageOf(named.request));
      return formatNodeListing(
        entries === undefined ? { outcome: 'invalid' } : { outcome: 'listed', entries },
      );
    }
    case 'hkeys': {
      const entries = storage.listTable(named.request.table, pageOf(named.request));
      return formatNodeListing(
        entries === undefined ? { outcome: 'wrong-table' } : { outcome: 'listed', entries },
      );
    }
    case 'stat':
      return answerStat(storage, named.request.table);
    case 'stat_all':
      return json([totalOf(storage), ...storage.tableNames().map((table) => tableOf(storage, table))]);
    case 'file_count':
      return formatNodeReply(200, [], new TextEncoder().encode(String(fileCount)));
    default:
      return formatNodeReply(404, []);
  }
}

function pageOf(request: {
  readonly offset: number;
  readonly size: number;
  readonly start?: number;
  readonly end?: number;
  readonly noval?: boolean;
}): Page {
  const { offset, size, start = 0, end = HUSTDB_LIMITS.slots, noval = true } = request;
  return { offset, size, start, end, values: !noval };
}

function answerStat(storage: NodeStorage, table: string | undefined): HttpReply {
  if (table === undefined) return json(totalOf(storage));
  return storage.countTable(table) === undefined ? formatNodeReply(404, []) : json(tableOf(storage, table));
}

function totalOf(storage: NodeStorage): object {
  const tables = storage.tableNames().map((table) => storage.countTable(table)!);
  return { TOTALIZE: { KVPAIR: storage.countKv(), HASHTABLE: sum(tables) } };
}

function tableOf(storage: NodeStorage, table: string): object {
  return { table, type: 'H', ...storage.countTable(table) };
}

function sum(counts: readonly StorageCount[]): StorageCount {
  return counts.reduce(
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
