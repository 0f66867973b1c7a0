import { type CounterConfiguration, counterConfiguration } from '../counter-configuration.js';
import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { string } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface CounterCreateRequest {
  readonly counterName: string;
  readonly configuration: CounterConfiguration;
}

/** `not-executed`: it is defined already, alike or not. */
export type CounterCreateReply = { readonly outcome: 'ok' } | { readonly outcome: 'not-executed' };

/**
 * ```
 *   4B →  string counterName   counterConfiguration
 *   4C ←  00: (no body)    01: (no body)
 * ```
 */
export const counterCreate = defineOperation<CounterCreateRequest, CounterCreateReply>({
  name: 'counterCreate',
  requestOpcode: 0x4b,
  replyOpcode: 0x4c,
  since: '2.7',
  summary: 'Defines a counter.',
  readOnly: false,
  idempotent: false,
  routing: 'any',
  request: struct<CounterCreateRequest>(
    field('counterName', string),
    field('configuration', counterConfiguration),
  ),
  replies: { ok: empty, 'not-executed': empty },
});
