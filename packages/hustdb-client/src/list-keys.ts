import {
  HUSTDB_LIMITS,
  type ListedEntry,
  type NodeListing,
  type NodeStatistics,
} from '@kvtwin/hustdb-protocol';
import type { HustDbCallOptions } from './client-options.js';
import { HustDbClientError } from './hustdb-client-error.js';
import { type FileServer, walkFiles } from './walk-files.js';

/** How keys are listed. */
export interface ListKeysOptions extends HustDbCallOptions {
  /** Of the last page that was seen: go on behind it. */
  readonly cursor?: string;
  /** With their values. Default false. */
  readonly values?: boolean;
  /** Raw records of one page, 1 to 1000, which is the default and HustDB's most. */
  readonly pageSize?: number;
  /** Only keys whose bucket (0 to 1023) lies from `start`, before `end`. */
  readonly start?: number;
  readonly end?: number;
}

/** One page of a node's keys: kv, and entries of tables (with `table` and `type`). It may be empty before the end. */
export interface KeyPage {
  /** The node, by its number at the front; 0 where a node was asked itself. */
  readonly peer: number;
  readonly file: number;
  readonly entries: readonly ListedEntry[];
  /** Goes on behind this page, in another client too. */
  readonly cursor: string;
}

/** What `keys` of one node takes besides its place. */
export interface AskKeys {
  readonly file: number;
  readonly offset: number;
  readonly size: number;
  readonly noval: boolean;
  readonly start?: number;
  readonly end?: number;
}

/** One node, by its number. */
export interface KeyServer {
  readonly peer: number;
  files(): Promise<number>;
  statistics(): Promise<NodeStatistics>;
  keys(request: AskKeys): Promise<NodeListing>;
}

/** Lists the keys of some nodes, one node after the other, file by file. */
export async function* listKeys(
  peers: readonly number[],
  serverOf: (peer: number) => KeyServer,
  options: ListKeysOptions,
): AsyncGenerator<KeyPage> {
  const { pageSize = HUSTDB_LIMITS.listSize, start, end, values = false } = options;
  const from = parseCursor(options.cursor);
  if (!(Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= HUSTDB_LIMITS.listSize)) {
    throw invalid(`pageSize must be an integer from 1 to ${HUSTDB_LIMITS.listSize}, not ${pageSize}`);
  }
  const range = { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
  const at = from === undefined ? 0 : peers.indexOf(from.peer);
  if (at < 0) throw invalid(`the cursor is of peer ${from!.peer}, which is not listed`);
  for (const peer of peers.slice(at)) {
    const server = serverOf(peer);
    const files: FileServer = {
      files: () => server.files(),
      statistics: () => server.statistics(),
      page: (position, size) => server.keys({ ...position, size, noval: !values, ...range }),
    };
    const begin = from?.peer === peer ? from : { file: 0, offset: 0 };
    const walk = { filtered: start !== undefined || end !== undefined };
    for await (const { file, entries, next } of walkFiles(files, begin, pageSize, walk)) {
      yield { peer, file, entries, cursor: `${peer}:${next.file}:${next.offset}` };
    }
  }
}

interface KeyPosition {
  readonly peer: number;
  readonly file: number;
  readonly offset: number;
}

/** `peer:file:offset`. */
function parseCursor(cursor: string | undefined): KeyPosition | undefined {
  if (cursor === undefined) return undefined;
  const match = /^(\d{1,5}):(\d{1,4}):(\d{1,9})$/.exec(cursor);
  if (match === null) throw invalid(`${JSON.stringify(cursor.slice(0, 40))} is no cursor of listKeys`);
  return { peer: Number(match[1]), file: Number(match[2]), offset: Number(match[3]) };
}

function invalid(message: string): HustDbClientError {
  return new HustDbClientError(message, { code: 'HUSTDB_INVALID_REQUEST', operation: 'keys' });
}
