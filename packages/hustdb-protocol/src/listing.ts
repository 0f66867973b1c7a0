import { decodeBase64, encodeBase64 } from '@kvtwin/bytes';
import { headerValue } from './header-list.js';
import type { HttpReply, HttpReplyInput } from './http-message.js';
import { HustDbProtocolError } from './hustdb-protocol-error.js';
import { formatNodeReply } from './node-reply.js';
import { checkBody, malformedHeader, unexpectedStatus } from './reply-fields.js';

/** One entry of a listing. `table` and `type` stand only in `keys`, for entries that belong to a table. */
export interface ListedEntry {
  readonly key: Uint8Array;
  /** Only with `noval=false`; a sorted set's score as decimal text. */
  readonly value?: Uint8Array;
  /** `value` is raw deflate (RFC 1951), as a node with `post_compression` stores and lists it (spec/hustdb.md §8, `gz`). */
  readonly deflated?: true;
  /** Decimal text. */
  readonly version: string;
  readonly table?: string;
  readonly type?: 'H' | 'S' | 'Z';
}

/**
 * What a node answers to `keys`, `hkeys`, `smembers` and the ranges of sorted sets. A page counts raw records before they
 * are filtered: it may hold fewer entries than asked for, even none, before the end. `wrong-table`: there is no such table, or it holds another type.
 * `totalCount`: of a listing from an export (`async=true`), the entries in all; 0 of any other.
 * `no-snapshot`: 500, nothing was exported to list from; parseNodeListing throws `HUSTDB_SERVER_ERROR` for it.
 */
export type NodeListing =
  | { readonly outcome: 'listed'; readonly entries: readonly ListedEntry[]; readonly totalCount?: number }
  | { readonly outcome: 'wrong-table' | 'invalid' | 'no-snapshot' };

/**
 * Reads a node's listing. `scores`: values are decimal text (`zrangebyrank`, `zrangebyscore`). Throws a HustDbProtocolError
 * for what is none.
 */
export function parseNodeListing(
  reply: HttpReplyInput,
  { scores = false }: { readonly scores?: boolean } = {},
): NodeListing {
  checkBody(reply);
  if (reply.status === 412) return { outcome: 'wrong-table' };
  if (reply.status === 400) return { outcome: 'invalid' };
  if (reply.status !== 200) throw unexpectedStatus(reply.status, 'a listing of a storage node');
  const entries = parseEntries(reply.body, scores);
  const count = headerValue(reply.headers, 'keys');
  if (count !== undefined && count !== String(entries.length)) {
    throw new HustDbProtocolError(
      `malformed header Keys: ${JSON.stringify(count)}: the body lists ${entries.length} entries`,
      { code: 'HUSTDB_MALFORMED_HEADER', status: 200, header: 'Keys', value: count },
    );
  }
  const total = headerValue(reply.headers, 'totalcount') ?? '0';
  if (!/^\d{1,15}$/.test(total)) throw malformedHeader(reply, 'TotalCount', 'a number is due');
  return { outcome: 'listed', entries, ...(total === '0' ? {} : { totalCount: Number(total) }) };
}

/** A node's listing: one JSON array without white space. `scores`: values are decimal text, not base64 (sorted sets). */
export function formatNodeListing(
  listing: NodeListing,
  { scores = false }: { readonly scores?: boolean } = {},
): HttpReply {
  if (listing.outcome !== 'listed') return formatNodeReply(FAILURES[listing.outcome], []);
  const headers = [
    ['Keys', String(listing.entries.length)],
    ['TotalCount', String(listing.totalCount ?? 0)],
  ] as const;
  return formatNodeReply(200, headers, encodeListing(listing.entries, { scores }));
}

const FAILURES = { invalid: 400, 'wrong-table': 412, 'no-snapshot': 500 } as const;

/** Entries as the body of a listing. */
export function encodeListing(
  entries: readonly ListedEntry[],
  { scores = false }: { readonly scores?: boolean } = {},
): Uint8Array {
  const items = entries.map((entry) => formatEntry(entry, scores || entry.type === 'Z'));
  return new TextEncoder().encode(`[${items.join(',')}]`);
}

function formatEntry(entry: ListedEntry, scores: boolean): string {
  const value = entry.value;
  return JSON.stringify({
    ...(entry.key.length === 0 ? {} : { key: encodeBase64(entry.key) }),
    ...(value === undefined ? {} : { val: scores ? new TextDecoder().decode(value) : encodeBase64(value) }),
    ver: Number(entry.version),
    ...(entry.deflated === true ? { gz: 1 } : {}),
    ...(entry.table === undefined ? {} : { tb: entry.table }),
    ...(entry.type === undefined ? {} : { ty: entry.type }),
  });
}

interface Item {
  readonly key?: unknown;
  readonly val?: unknown;
  readonly ver?: unknown;
  readonly gz?: unknown;
  readonly tb?: unknown;
  readonly ty?: unknown;
}

function parseEntries(body: Uint8Array, scores: boolean): ListedEntry[] {
  let items: unknown;
  try {
    items = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw malformed('the listing is no JSON', cause);
  }
  if (!Array.isArray(items)) throw malformed('the listing is no JSON array');
  return items.map((item: unknown, index) => parseEntry(item, index, scores));
}

function parseEntry(item: unknown, index: number, scores: boolean): ListedEntry {
  if (typeof item !== 'object' || item === null) throw malformed(`entry ${index} is no object`);
  const { key = '', val, ver = 0, gz, tb, ty } = item as Item;
  if (typeof key !== 'string') throw malformed(`entry ${index} has no key`);
  if (typeof ver !== 'number' || !Number.isSafeInteger(ver) || ver < 0) {
    throw malformed(`entry ${index} has no version`);
  }
  const type = ty === 'H' || ty === 'S' || ty === 'Z' ? ty : undefined;
  return {
    key: bytesOf(key, `key of entry ${index}`),
    version: String(ver),
    ...(typeof val === 'string' ? { value: valueBytes(val, scores || type === 'Z', index) } : {}),
    ...(gz === 1 ? { deflated: true } : {}),
    ...(typeof tb === 'string' ? { table: tb } : {}),
    ...(type === undefined ? {} : { type }),
  };
}

function valueBytes(text: string, plain: boolean, index: number): Uint8Array {
  return plain ? new TextEncoder().encode(text) : bytesOf(text, `value of entry ${index}`);
}

function bytesOf(text: string, what: string): Uint8Array {
  try {
    return decodeBase64(text);
  } catch (cause) {
    throw malformed(`the ${what} is no base64: ${JSON.stringify(text.slice(0, 40))}`, cause);
  }
}

function malformed(message: string, cause?: unknown): HustDbProtocolError {
  return new HustDbProtocolError(message, { code: 'HUSTDB_MALFORMED_REPLY', status: 200, cause });
}
