import { createHash } from 'node:crypto';
import { decodeBase64, encodeBase64 } from '@kvtwin/bytes';
import type { SideRead, StoreType, Two } from '@kvtwin/versioned-value';

/** What one side held for a key. */
export interface HeldState {
  /** SHA-256 of the value in hex; null: the key was absent. */
  readonly hash: string | null;
  /** Its version; undefined where it was absent. */
  readonly token?: string;
}

/** Which key of which pair. */
export interface RepairKey {
  /** Names of the two sides, joined by `|`. */
  readonly pair: string;
  readonly type: StoreType;
  /** Empty for kv. */
  readonly table: string;
  readonly key: Uint8Array;
}

/** A write that may not stand on both sides, and what is needed to bring the other side along. */
export interface RepairIntent extends RepairKey {
  /** Counts up through the life of the journal: the order of the writes. */
  readonly id: number;
  readonly atMs: number;
  /** The command as the caller sent it: `put`, `hset`, `hincrby`, … */
  readonly command: string;
  /** What each side held before; undefined where it could not be read. */
  readonly base: Two<HeldState | undefined>;
  /** SHA-256 of what was written; null: the key was removed. */
  readonly written: string | null;
  /**
   * The side that has to be brought along: the other one took the write. Undefined: in doubt, for the proxy ended between
   * the two writes, or no side is known to have taken it.
   */
  readonly side?: 0 | 1;
  /** Whether it depends on what was there before (`ver=`, an addition): then it must not follow another write than its own base. */
  readonly conditional: boolean;
  /** A side that refused the write: it is never written by a repair. */
  readonly refusedBy?: 0 | 1;
  /** When what was written ends; undefined: never. */
  readonly expiresAtMs?: number;
}

/** One line of the journal. */
export type RepairRecord =
  | { readonly kind: 'intent'; readonly intent: RepairIntent }
  | { readonly kind: 'settled'; readonly ids: readonly number[]; readonly as: string };

/** A name for a key of a pair that no other one has. */
export function repairKeyName({ pair, type, table, key }: RepairKey): string {
  return `${pair} ${type} ${table} ${encodeBase64(key)}`;
}

export function hashOf(value: Uint8Array): string {
  return createHash('sha256').update(value).digest('hex');
}

/** Undefined where the side could not be read. */
export function heldState(read: SideRead): HeldState | undefined {
  if (read.state === 'absent') return { hash: null };
  if (read.state !== 'present') return undefined;
  return { hash: hashOf(read.entry.value), token: read.entry.version.token };
}

/** The line of an intent. Times are ISO 8601, keys base64; docs/journal.md describes every field. */
export function formatIntent(intent: RepairIntent): string {
  const { id, atMs, pair, type, table, key, command, base, written, side, conditional } = intent;
  return JSON.stringify({
    intent: id,
    at: new Date(atMs).toISOString(),
    pair,
    type,
    ...(table === '' ? {} : { table }),
    key: encodeBase64(key),
    command,
    ...(side === undefined ? {} : { side }),
    base: [base[0] ?? 'unknown', base[1] ?? 'unknown'],
    written,
    ...(conditional ? { conditional } : {}),
    ...(intent.refusedBy === undefined ? {} : { refusedBy: intent.refusedBy }),
    ...(intent.expiresAtMs === undefined ? {} : { expiresAt: new Date(intent.expiresAtMs).toISOString() }),
  });
}

export function formatSettled(ids: readonly number[], as: string): string {
  return JSON.stringify({ settled: ids, as });
}

/** Reads a line that {@link formatIntent} or {@link formatSettled} made. Throws where it is neither. */
export function parseRepairRecord(line: string): RepairRecord {
  const record = JSON.parse(line) as Record<string, unknown>;
  if (Array.isArray(record.settled)) {
    return { kind: 'settled', ids: record.settled as number[], as: String(record.as) };
  }
  if (!Number.isSafeInteger(record.intent)) throw new TypeError(`no repair record: ${line.slice(0, 80)}`);
  const base = record.base as Two<HeldState | 'unknown'>;
  const known = (state: HeldState | 'unknown'): HeldState | undefined =>
    state === 'unknown' ? undefined : state;
  return {
    kind: 'intent',
    intent: {
      id: record.intent as number,
      atMs: Date.parse(record.at as string),
      pair: record.pair as string,
      type: record.type as StoreType,
      table: (record.table as string | undefined) ?? '',
      key: decodeBase64(record.key as string),
      command: record.command as string,
      base: [known(base[0]), known(base[1])],
      written: record.written as string | null,
      conditional: record.conditional === true,
      ...(record.side === undefined ? {} : { side: record.side as 0 | 1 }),
      ...(record.refusedBy === undefined ? {} : { refusedBy: record.refusedBy as 0 | 1 }),
      ...(record.expiresAt === undefined ? {} : { expiresAtMs: Date.parse(record.expiresAt as string) }),
    },
  };
}
