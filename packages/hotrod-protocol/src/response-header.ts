import type { ByteWriter } from '@kvtwin/bytes';
import type { MessageId } from './message-id.js';
import { type Topology, topology } from './topology.js';
import { magic, RESPONSE_MAGIC } from './wire/magic.js';
import { u8, vLong } from './wire/primitives.js';
import { field, struct } from './wire/struct.js';
import type { WireContext } from './wire/wire-context.js';

/** Opcode of error responses. */
export const ERROR_OPCODE = 0x50;

/** First bytes of a response or an event. The version is not among them: the request's must be known. */
export interface ResponseStart {
  magic: number;
  messageId: MessageId;
  opcode: number;
  status: number;
  /** 1: a topology follows. */
  topologyMarker: number;
}

/** `A1`, vLong message id, u8 opcode, u8 status, u8 topology marker */
export const responseStart = struct<ResponseStart>(
  field('magic', magic(RESPONSE_MAGIC)),
  field('messageId', vLong),
  field('opcode', u8),
  field('status', u8),
  field('topologyMarker', u8),
);

/** Writes the start of a response, and its topology where there is one. */
export function writeResponseStart(
  writer: ByteWriter,
  start: { readonly messageId: MessageId; readonly opcode: number; readonly status: number },
  change: Topology | undefined,
  context: WireContext,
): void {
  writer.u8(RESPONSE_MAGIC).vLong(start.messageId).u8(start.opcode).u8(start.status);
  writer.u8(change === undefined ? 0 : 1);
  if (change !== undefined) {
    topology.write(writer, change, context);
  }
}
