import { type CounterConfiguration, counterConfiguration } from '../counter-configuration.js';
import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { field, struct } from '../wire/struct.js';
import { type CounterNameRequest, counterNameRequest } from './counter-name-request.js';

export type CounterGetConfigurationRequest = CounterNameRequest;

export type CounterGetConfigurationReply =
  | { readonly outcome: 'ok'; readonly configuration: CounterConfiguration }
  | { readonly outcome: 'absent' };

/**
 * ```
 *   4D →  string counterName
 *   4E ←  00: counterConfiguration    02: (no body)
 * ```
 */
export const counterGetConfiguration = defineOperation<
  CounterGetConfigurationRequest,
  CounterGetConfigurationReply
>({
  name: 'counterGetConfiguration',
  requestOpcode: 0x4d,
  replyOpcode: 0x4e,
  since: '2.7',
  summary: 'Reads how a counter was defined.',
  readOnly: true,
  idempotent: true,
  routing: 'any',
  request: counterNameRequest,
  replies: {
    ok: struct<{ readonly configuration: CounterConfiguration }>(
      field('configuration', counterConfiguration),
    ),
    absent: empty,
  },
});
