import { HustDbProtocolError } from './hustdb-protocol-error.js';
import { decodeKeyText, encodeKeyText, rawParameterBytes } from './key-text.js';
import { HUSTDB_LIMITS } from './limits.js';
import { readBoolean, readInt32, readInt64, readUint32 } from './stream-number.js';
import { isTableName } from './table-name.js';

/** Every parameter of every command: its name in requests of this package, and its type. */
export interface ParameterTypes {
  /** `tb`: 1 to 64 characters of `[0-9A-Za-z_:.]`. */
  table: string;
  /** `key`: bytes, never empty, without `?`. */
  key: Uint8Array;
  /** The request's body (or `key`): a member of a set or sorted set, 1 to 16,777,215 bytes. */
  member: Uint8Array;
  /** The request's body (or `val`): 1 byte to 32 MiB; in the cache to 8 MiB. */
  value: Uint8Array;
  /** `ttl` in seconds: 1 to 2,592,000; absent for no expiry. */
  ttlSeconds: number;
  /** `ttl` of the cache, in seconds. 0 stands for one that is no number above 0, which a node answers with 404. */
  cacheTtlSeconds: number;
  /** `ver`: compare-and-set against this version; 0 or absent: unconditional. Take it from a read. */
  ver: number;
  /** `is_dup`: a replay that sets the version to `ver`. */
  isDup: boolean;
  /** `val` of hincrby: signed 64-bit. */
  by: bigint;
  /** `val` of the cache's hincrby and hincrbyfloat: a number as decimal text. */
  amount: string;
  /** `score`, and the bounds `min` and `max` of a range: signed 64-bit. */
  score: bigint;
  min: bigint;
  max: bigint;
  /** `opt` of zadd: 0 sets, above 0 adds, below 0 subtracts. */
  opt: number;
  /** `method` of binlog: 1 to 8. */
  method: number;
  /** `host`, `IPv4:port`: where the node sends a copy. */
  host: string;
  /** `id` of set_table: decimal. */
  id: string;
  /** `token` of task_status. */
  token: string;
  /** `offset` and `size` of an export, which reach further than those of a listing. */
  exportOffset: number;
  exportSize: number;
  /** `cover`: an export replaces the one that is there. */
  cover: boolean;
  /** `peer`: the node an HA's listing asks, from 0. */
  peer: number;
  /** `file`: the node's shard, from 0 up to `file_count`. */
  file: number;
  /** `offset`: raw records to pass over. */
  offset: number;
  /** `size`: raw records to look at, 0 to 1000. */
  size: number;
  /** `start`, `end`: bucket range of a listing, 0 ≤ start < end ≤ 1024. */
  start: number;
  end: number;
  /** `noval`: leave values out (the default). */
  noval: boolean;
  /** `async`: from a finished export. */
  async: boolean;
}

export type ParameterName = keyof ParameterTypes;

/** How one parameter stands in a query. `value` never does in what this package encodes, nor does `member`. */
interface Parameter<T> {
  readonly wireName: string;
  /** Text for a query; throws `HUSTDB_INVALID_REQUEST`. */
  format(value: T): string;
  /** What a node makes of the raw text. */
  read(raw: string): T;
}

const text = {
  format: (value: string) => value,
  read: (raw: string) => raw,
};

export const PARAMETERS: { readonly [P in ParameterName]: Parameter<ParameterTypes[P]> } = {
  table: { ...text, wireName: 'tb', format: formatTable },
  key: { wireName: 'key', format: encodeKeyText, read: decodeKeyText },
  value: { wireName: 'val', format: refuseValueInQuery, read: rawParameterBytes },
  member: { wireName: 'key', format: refuseMemberInQuery, read: rawParameterBytes },
  cacheTtlSeconds: { ...int('ttl', 1, 2 ** 31 - 1), read: readPositive },
  ttlSeconds: uint('ttl', 1, HUSTDB_LIMITS.ttlSeconds),
  ver: uint('ver', 0, HUSTDB_LIMITS.version),
  isDup: { wireName: 'is_dup', format: String, read: readBoolean },
  by: int64('val'),
  amount: { ...text, wireName: 'val', format: formatAmount },
  score: int64('score'),
  min: int64('min'),
  max: int64('max'),
  opt: int('opt', -(2 ** 31), 2 ** 31 - 1),
  method: uint('method', 1, 8),
  host: { ...text, wireName: 'host', format: formatHost },
  id: { ...text, wireName: 'id', format: (value) => formatDecimal('id', value) },
  token: { ...text, wireName: 'token', format: (value) => formatDecimal('token', value) },
  exportOffset: int('offset', 0, HUSTDB_LIMITS.exportOffset),
  exportSize: int('size', 0, HUSTDB_LIMITS.exportSize),
  cover: { wireName: 'cover', format: String, read: readBoolean },
  peer: int('peer', 0, 2 ** 31 - 1),
  file: int('file', 0, 2 ** 31 - 1),
  offset: int('offset', 0, HUSTDB_LIMITS.listOffset),
  size: int('size', 0, HUSTDB_LIMITS.listSize),
  start: int('start', 0, HUSTDB_LIMITS.slots),
  end: int('end', 0, HUSTDB_LIMITS.slots),
  noval: { wireName: 'noval', format: String, read: readBoolean },
  async: { wireName: 'async', format: String, read: readBoolean },
};

function uint(wireName: string, min: number, max: number): Parameter<number> {
  return { wireName, format: (value) => formatInteger(wireName, value, min, max), read: readUint32 };
}

function int(wireName: string, min: number, max: number): Parameter<number> {
  return { wireName, format: (value) => formatInteger(wireName, value, min, max), read: readInt32 };
}

function int64(wireName: string): Parameter<bigint> {
  return { wireName, format: (value) => formatInt64(wireName, value), read: readInt64 };
}

function formatInteger(wireName: string, value: number, min: number, max: number): string {
  if (Number.isInteger(value) && value >= min && value <= max) return String(value);
  throw invalid(wireName, `${wireName} must be an integer from ${min} to ${max}, not ${value}`);
}

function formatInt64(wireName: string, value: bigint): string {
  if (value === BigInt.asIntN(64, value)) return value.toString();
  throw invalid(wireName, `${wireName} must be a signed 64-bit integer, not ${value}`);
}

function formatAmount(value: string): string {
  if (value.length <= 64 && /^-?(\d+(\.\d*)?|\.\d+)(e-?\d{1,3})?$/.test(value)) return value;
  throw invalid('val', `val must be a number as decimal text, not ${JSON.stringify(value.slice(0, 40))}`);
}

/** The cache's own reading: the whole text is a number above 0, or it is refused. */
function readPositive(raw: string): number {
  return /^\d{1,10}$/.test(raw) ? Number(raw) : 0;
}

function formatDecimal(wireName: string, value: string): string {
  if (/^\d{1,40}$/.test(value)) return value;
  throw invalid(wireName, `${wireName} must be decimal digits, not ${JSON.stringify(value.slice(0, 40))}`);
}

function formatTable(value: string): string {
  if (isTableName(value)) return value;
  const shown = JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}…` : value);
  throw invalid('tb', `${shown} is no table name: 1 to 64 characters of 0-9 A-Z a-z _ : . are`);
}

function formatHost(value: string): string {
  if (/^\d{1,3}(\.\d{1,3}){3}:\d{1,5}$/.test(value)) return value;
  throw invalid('host', `host must be IPv4:port, not ${JSON.stringify(value)}`);
}

function refuseValueInQuery(): string {
  throw invalid('val', 'a value goes into the body: in a query HustDB stores it undecoded');
}

function refuseMemberInQuery(): string {
  throw invalid('key', 'a member goes into the body: in a query HustDB may cut or decode it');
}

function invalid(parameter: string, message: string): HustDbProtocolError {
  return new HustDbProtocolError(message, { code: 'HUSTDB_INVALID_REQUEST', parameter });
}
