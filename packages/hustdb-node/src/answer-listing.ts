import {
  type ExportRequest,
  formatNodeListing,
  formatNodeReply,
  type HttpReply,
  HUSTDB_LIMITS,
  type ListedEntry,
  type NamedRequest,
} from '@kvtwin/hustdb-protocol';
import type { ExportReply, NodeExports } from './node-exports.js';
import type { Page } from './node-storage.js';
import type { StorageView } from './storage-view.js';

/** A request for a listing. */
export type ListingRequest = Extract<
  NamedRequest,
  { command: 'keys' | 'hkeys' | 'smembers' | 'zrangebyrank' | 'zrangebyscore' }
>;

/** What listings are answered from. */
export interface ListingParts {
  readonly storage: StorageView;
  readonly exports: NodeExports;
}

/** Lists, live or (`async=true`) from an export of the same table or file, range and `noval`. */
export async function answerListing(
  { storage, exports }: ListingParts,
  named: ListingRequest,
): Promise<HttpReply> {
  const { offset, size, start = 0, end = HUSTDB_LIMITS.slots, noval = true } = named.request;
  const page = { offset, size, start, end, values: !noval };
  const scores = named.command === 'zrangebyrank' || named.command === 'zrangebyscore';
  if ('async' in named.request && named.request.async === true) {
    const place = named.command === 'keys' ? { file: named.request.file } : { table: tableOf(named) };
    const exported = exports.list({ ...place, start, end, values: !noval }, page);
    if (exported === undefined) return formatNodeListing({ outcome: 'no-snapshot' });
    const { entries, total: totalCount } = exported;
    return formatNodeListing({ outcome: 'listed', entries, totalCount }, { scores });
  }
  const entries = await list(storage, named, page);
  if (entries === undefined) {
    return formatNodeListing({ outcome: named.command === 'keys' ? 'invalid' : 'wrong-table' });
  }
  return formatNodeListing({ outcome: 'listed', entries }, { scores });
}

/** 200 and the task's token; 404 where there is a snapshot already, 412 while another is made or without such a table. */
export async function answerExport(exports: NodeExports, request: ExportRequest): Promise<HttpReply> {
  const { table, file, start = 0, end = HUSTDB_LIMITS.slots, noval = true, cover = false } = request;
  const { exportOffset: offset = 0, exportSize: size = 0 } = request;
  if (offset < 0 || offset > HUSTDB_LIMITS.exportOffset || size < 0 || size > HUSTDB_LIMITS.exportSize) {
    return formatNodeReply(400, []);
  }
  const answer = await exports.export({ table, file, start, end, values: !noval, offset, size, cover });
  if (typeof answer === 'string') return formatNodeReply(STATUS[answer], []);
  return formatNodeReply(200, [], new TextEncoder().encode(answer.token));
}

const STATUS: Readonly<Record<Extract<ExportReply, string>, number>> = {
  exists: 404,
  busy: 412,
  'wrong-table': 412,
  invalid: 400,
};

async function list(
  storage: StorageView,
  named: ListingRequest,
  page: Page,
): Promise<ListedEntry[] | undefined> {
  switch (named.command) {
    case 'keys':
      return storage.listFile(named.request.file, page);
    case 'hkeys':
      return storage.listTable(named.request.table, page, 'H');
    case 'smembers':
      return storage.listTable(named.request.table, page, 'S');
    case 'zrangebyrank':
      return storage.listRanked(named.request.table, page);
    case 'zrangebyscore': {
      const { table, min = 0n, max = 0n } = named.request;
      return storage.listRanked(table, page, { min, max });
    }
  }
}

function tableOf(named: Exclude<ListingRequest, { command: 'keys' }>): string {
  return named.request.table;
}
