import { createHash } from 'node:crypto';

import type { TableType } from './stored-record.js';

/** Type bytes of tables in a node's file names. */
const TYPE_BYTES: Readonly<Record<TableType, number>> = { H: 0x21, S: 0x23, Z: 0x7c };

/** The file (shard) of a kv key: ×31 hash over the signed bytes of its MD5, 32 bits, modulo the file count. */
export function fileOfKey(key: Uint8Array, fileCount: number): number {
  return (hash31(createHash('md5').update(key).digest()) >>> 0) % fileCount;
}

/** The file of a table: a whole table stands in one file. */
export function fileOfTable(table: string, type: TableType, fileCount: number): number {
  const bytes = Uint8Array.from([...new TextEncoder().encode(table), TYPE_BYTES[type]]);
  return (hash31(bytes) >>> 0) % fileCount;
}

/** The bucket of a stored key, 0 to 1023, that `start` and `end` of a listing range over. */
export function bucketOf(key: Uint8Array): number {
  return (hash31(key) >>> 0) % 1024;
}

function hash31(bytes: Uint8Array): number {
  let hash = 0;
  for (const byte of bytes) hash = (Math.imul(hash, 31) + ((byte << 24) >> 24)) | 0;
  return hash;
}
