import { HustDbProtocolError } from './hustdb-protocol-error.js';

/**
 * Counters of kv or of all hashes. A real node counts bytes of creations less those of deletions, so `size` drifts with every
 * overwrite and may be negative. `capacity`: the same, each entry rounded up to 1024.
 */
export interface SpaceStatistics {
  readonly count: number;
  readonly size: number;
  readonly capacity: number;
}

/** Counters of one table; bytes are told of hashes only. */
export interface TableStatistics {
  readonly table: string;
  readonly type: 'H' | 'S' | 'Z';
  readonly count: number;
  readonly size?: number;
  readonly capacity?: number;
}

/** What `stat_all` tells: kv, all hashes together, and each table, in byte order of names. */
export interface NodeStatistics {
  readonly kv: SpaceStatistics;
  readonly hashes: SpaceStatistics;
  readonly tables: readonly TableStatistics[];
}

/** Reads the text of `stat_all`, of a node or through the HA. Throws `HUSTDB_MALFORMED_REPLY` for what is none. */
export function parseNodeStatistics(text: string): NodeStatistics {
  const rows = parsed(text);
  if (!Array.isArray(rows)) throw malformed('it is no JSON array');
  const total = field(rows[0], 'TOTALIZE');
  return {
    kv: spaceOf(field(total, 'KVPAIR'), 'KVPAIR'),
    hashes: spaceOf(field(total, 'HASHTABLE'), 'HASHTABLE'),
    tables: rows.slice(1).map(tableOf),
  };
}

/** Reads the text of `stat?tb=`. Throws `HUSTDB_MALFORMED_REPLY` for what is none. */
export function parseTableStatistics(text: string): TableStatistics {
  return tableOf(parsed(text), 0);
}

function tableOf(row: unknown, index: number): TableStatistics {
  const [table, type, count] = [field(row, 'table'), field(row, 'type'), field(row, 'count')];
  const [size, capacity] = [field(row, 'size'), field(row, 'capacity')];
  if (typeof table !== 'string' || (type !== 'H' && type !== 'S' && type !== 'Z') || !isCount(count)) {
    throw malformed(`table ${index} has no name, type or count`);
  }
  return {
    table,
    type,
    count,
    ...(isCount(size) ? { size } : {}),
    ...(isCount(capacity) ? { capacity } : {}),
  };
}

function spaceOf(value: unknown, name: string): SpaceStatistics {
  const [count, size, capacity] = [field(value, 'count'), field(value, 'size'), field(value, 'capacity')];
  if (isCount(count) && isCount(size) && isCount(capacity)) return { count, size, capacity };
  throw malformed(`${name} has not count, size and capacity`);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed('it is no JSON', cause);
  }
}

function malformed(why: string, cause?: unknown): HustDbProtocolError {
  return new HustDbProtocolError(`malformed counters: ${why}`, {
    code: 'HUSTDB_MALFORMED_REPLY',
    status: 200,
    cause,
  });
}
