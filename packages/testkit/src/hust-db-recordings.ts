import { readFileSync } from 'node:fs';
import { vectorsDir } from './vectors-dir.js';

/** Sizes of one recorded message; with `truncatedBodyTo`, the file holds only that many bytes of the body. */
export interface HustDbMessageInfo {
  readonly bytes: number;
  readonly truncatedBodyTo?: number;
  readonly bodyBytes?: number;
  readonly bodySha256?: string;
}

/** One request to a real HustDB HA or storage node, and its answer, as raw HTTP bytes. */
export interface HustDbRecording {
  readonly name: string;
  /** Path of the request, for instance `/hget2`. */
  readonly endpoint: string;
  readonly description: string;
  /** `ha:8082`, `master1:8085`, … */
  readonly target: string;
  /** `undefined` where no status line came. */
  readonly status: number | undefined;
  /** What the connection was afterwards. */
  readonly connectionAfter: 'open' | 'closed' | 'timeout';
  readonly requestInfo: HustDbMessageInfo;
  readonly responseInfo: HustDbMessageInfo;
  /** File names below `hustdb`. */
  readonly requestFile: string;
  readonly responseFile: string;
  /** Reads the raw request. */
  readRequest(): Uint8Array;
  /** Reads the raw answer; empty where the connection was closed without one. */
  readResponse(): Uint8Array;
}

interface InfoRow {
  bytes: number;
  truncated_body_to?: number;
  body_bytes?: number;
  body_sha256?: string;
}

interface Row {
  name: string;
  endpoint: string;
  description: string;
  target: string;
  request: string;
  response: string;
  status: number | null;
  conn_after: 'open' | 'closed' | 'timeout';
  request_info: InfoRow;
  response_info: InfoRow;
}

/** Every row of the HustDB manifest, in file order. Bodies are read on demand. */
export function hustDbRecordings(): HustDbRecording[] {
  const rows = JSON.parse(readFileSync(`${vectorsDir}/hustdb/manifest.json`, 'utf8')) as Row[];
  return rows.map((row) => ({
    name: row.name,
    endpoint: row.endpoint,
    description: row.description,
    target: row.target,
    status: row.status ?? undefined,
    connectionAfter: row.conn_after,
    requestInfo: infoOf(row.request_info),
    responseInfo: infoOf(row.response_info),
    requestFile: row.request,
    responseFile: row.response,
    readRequest: () => readBytes(row.request),
    readResponse: () => readBytes(row.response),
  }));
}

function infoOf(row: InfoRow): HustDbMessageInfo {
  return {
    bytes: row.bytes,
    ...(row.truncated_body_to !== undefined && { truncatedBodyTo: row.truncated_body_to }),
    ...(row.body_bytes !== undefined && { bodyBytes: row.body_bytes }),
    ...(row.body_sha256 !== undefined && { bodySha256: row.body_sha256 }),
  };
}

function readBytes(file: string): Uint8Array {
  return new Uint8Array(readFileSync(`${vectorsDir}/hustdb/${file}`));
}
