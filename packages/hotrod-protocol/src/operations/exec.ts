import { defineOperation } from '../operation-definition.js';
import { shortList } from '../wire/list.js';
import { bytes, string } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface ExecParameter {
  readonly name: string;
  /** In the value media type of the header; of administration commands always UTF-8. */
  readonly value: Uint8Array;
}

export interface ExecRequest {
  /** For instance `@@cache@create`. */
  readonly task: string;
  /** At most 127, so that the count is the same byte to every server. */
  readonly parameters: readonly ExecParameter[];
}

export interface ExecReply {
  readonly outcome: 'ok';
  /** Empty where the task returns nothing. */
  readonly result: Uint8Array;
}

/**
 * ```
 *   2B →  string task   u8 n   n × (string name, bytes value)
 *   2C ←  00: bytes result
 * ```
 */
export const exec = defineOperation<ExecRequest, ExecReply>({
  name: 'exec',
  requestOpcode: 0x2b,
  replyOpcode: 0x2c,
  since: '2.1',
  summary: 'Runs a script, a task or an administration command of the server.',
  readOnly: false,
  idempotent: false,
  routing: 'any',
  request: struct<ExecRequest>(
    field('task', string),
    field('parameters', shortList(struct<ExecParameter>(field('name', string), field('value', bytes)))),
  ),
  replies: { ok: struct<Omit<ExecReply, 'outcome'>>(field('result', bytes)) },
});
