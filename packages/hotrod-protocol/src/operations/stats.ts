import { defineOperation, type EmptyBody } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { list } from '../wire/list.js';
import { string } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export type StatsRequest = EmptyBody;

/** One figure; the value is a decimal number as text, −1 where it is not collected. */
export interface Statistic {
  readonly name: string;
  readonly value: string;
}

export interface StatsReply {
  readonly outcome: 'ok';
  /** Which ones, and in what order, depends on the server and on the version. */
  readonly statistics: readonly Statistic[];
}

/**
 * ```
 *   15 →  (no body)
 *   16 ←  00: vInt n   n × (string name, string value)
 * ```
 */
export const stats = defineOperation<StatsRequest, StatsReply>({
  name: 'stats',
  requestOpcode: 0x15,
  replyOpcode: 0x16,
  since: '2.0',
  summary: 'Reads the figures that the server keeps about the cache.',
  readOnly: true,
  idempotent: true,
  routing: 'any',
  request: empty,
  replies: {
    ok: struct<Omit<StatsReply, 'outcome'>>(
      field('statistics', list(struct<Statistic>(field('name', string), field('value', string)))),
    ),
  },
});
