/**
 * What HustDB accepts, with the reason for each number. Observed on HustDB 1.9 behind its nginx front.
 */
export const HUSTDB_LIMITS = {
  /** Request line without its line end, in bytes: nginx and the node read it into 4 KiB; a longer one is refused or cut. */
  requestLineBytes: 4090,
  /** Table names: 1 to 64 characters of `[0-9A-Za-z_:.]`. */
  tableNameCharacters: 64,
  /** Bytes of a key after decoding, as a node stores it; the request line ends far below it. */
  keyBytes: 16_777_215,
  /** Bytes of a value: the node's shipped `tcp.max_body_size`. A value has at least one byte. */
  valueBytes: 33_554_432,
  /** Bytes of a cached value; a longer one is answered 401. */
  cacheValueBytes: 8_388_608,
  /** Bytes of a cached key, table or field. */
  cacheKeyBytes: 65_536,
  /** Bytes of a request's body at the front (nginx `client_max_body_size`); above it 413 and the connection ends. */
  frontBodyBytes: 67_108_864,
  /** Largest version; the counter goes to 1 behind it. */
  version: 4_194_303,
  /** Longest time to live in seconds (`db.ttl.maximum`); 0 and longer ones mean: never expires. */
  ttlSeconds: 2_592_000,
  /** Entries of one list page. */
  listSize: 1000,
  /** Largest list offset of a live listing. The HA closes the connection from 100,000,001 on. */
  listOffset: 1_000_000,
  /** Largest offset and size of an export. */
  exportOffset: 100_000_000,
  exportSize: 1_000_000,
  /** Hash slots of a cluster, and the upper end of a listing's `end`. */
  slots: 1024,
} as const;
