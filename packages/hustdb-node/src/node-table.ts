import { scoreText } from './score-text.js';
import type { StoredRecord, TableType } from './stored-record.js';

/** Records by their key, in order of creation; of one table, or of kv. */
export class NodeTable {
  readonly records = new Map<string, StoredRecord>();
  #ranked: readonly RankedRecord[] | undefined;

  /** `type`: undefined for kv. */
  constructor(readonly type: TableType | undefined) {}

  /** To be called after a record came, went, or got another score. */
  touched(): void {
    this.#ranked = undefined;
  }

  /** A sorted set in the order of its scores; equal ones in order of creation. */
  ranked(): readonly RankedRecord[] {
    this.#ranked ??= [...this.records.values()]
      .map((record) => ({ record, score: scoreText(scoreOf(record)) }))
      .sort((a, b) => (a.score < b.score ? -1 : a.score > b.score ? 1 : 0));
    return this.#ranked;
  }
}

/** A member with its score as a node orders by it. */
export interface RankedRecord {
  readonly record: StoredRecord;
  readonly score: string;
}

/** The score of a sorted set's member. */
export function scoreOf({ value }: StoredRecord): bigint {
  return BigInt(new TextDecoder('latin1').decode(value));
}
