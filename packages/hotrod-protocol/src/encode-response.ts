import type { ByteWriter } from '@kvtwin/bytes';
import { type CacheEvent, cacheEventBody, cacheEventOpcode } from './cache-event.js';
import { ClientIntelligence } from './client-intelligence.js';
import { COUNTER_EVENT_OPCODE, type CounterEvent, counterEvent } from './counter-event.js';
import { asMistake } from './encode-request.js';
import { HotRodProtocolError } from './hot-rod-protocol-error.js';
import type { MessageId } from './message-id.js';
import type { AnyReply, OperationDefinition } from './operation-definition.js';
import { type ProtocolVersion, versionByte } from './protocol-version.js';
import { ERROR_OPCODE, writeResponseStart } from './response-header.js';
import { isErrorStatus, statusOfOutcome } from './status.js';
import type { Topology } from './topology.js';
import type { WireContext } from './wire/wire-context.js';

/** The header of a reply to encode. */
export interface ResponseHeaderInput {
  /** The request's. */
  readonly messageId: MessageId;
  /** Only for clients of intelligence 2 and 3 whose topology id is another one. */
  readonly topology?: Topology;
  /** Whether the cache stores objects: 2.4 to 2.8 have statuses of their own for it. */
  readonly objectStorage?: boolean;
}

/** What of the request decides the layout of its reply. */
export interface ReplyContext {
  readonly version: ProtocolVersion;
  /** Needed where there is a topology; HASH_DISTRIBUTION_AWARE where the topology has owners, by default. */
  readonly intelligence?: number;
  /** Only iterationNext before 2.4: whether the filter makes projections. */
  readonly projections?: boolean;
}

/** Appends a reply. Where it cannot be written, nothing is appended and a HotRodProtocolError says why. */
export function encodeResponse<Reply extends AnyReply>(
  writer: ByteWriter,
  operation: OperationDefinition<unknown, Reply>,
  header: ResponseHeaderInput,
  reply: NoInfer<Reply>,
  request: ReplyContext,
): void {
  const body = operation.replies[reply.outcome];
  if (body === undefined) {
    throw new HotRodProtocolError(`${operation.name} has no outcome ${reply.outcome}`, {
      code: 'HOTROD_INVALID_ARGUMENT',
      operation: operation.name,
      messageId: header.messageId,
    });
  }
  const context = contextOf(request, header.topology);
  const status = statusOfOutcome(reply.outcome, context.version, header.objectStorage ?? false);
  const { messageId } = header;
  appending(writer, operation.name, messageId, () => {
    writeResponseStart(
      writer,
      { messageId, opcode: operation.replyOpcode, status },
      header.topology,
      context,
    );
    body.write(writer, reply, context);
  });
}

/** An error response. */
export interface ErrorResponse {
  /** The request's; 0 where it cannot be told. */
  readonly messageId: MessageId;
  /** 0x81 and above. */
  readonly status: number;
  /** For people. A missing cache's text contains `CacheNotFoundException`: clients look for it. */
  readonly message: string;
  /** 0x50 by default. */
  readonly opcode?: number;
}

/** Appends an error response. */
export function encodeError(writer: ByteWriter, error: ErrorResponse): void {
  const { messageId, status, message, opcode = ERROR_OPCODE } = error;
  if (!isErrorStatus(status)) {
    throw new HotRodProtocolError(`0x${status.toString(16)} is not the status of an error`, {
      code: 'HOTROD_INVALID_ARGUMENT',
      messageId,
    });
  }
  appending(writer, 'error', messageId, () => {
    writeResponseStart(writer, { messageId, opcode, status }, undefined, NO_CONTEXT);
    writer.string(message);
  });
}

/** Appends an event. Its layout is the same in every version. */
export function encodeEvent(writer: ByteWriter, event: CacheEvent): void {
  const { messageId } = event;
  appending(writer, 'event', messageId, () => {
    const opcode = cacheEventOpcode(event.type);
    writeResponseStart(writer, { messageId, opcode, status: 0 }, undefined, NO_CONTEXT);
    cacheEventBody(event.type, messageId).write(writer, event, NO_CONTEXT);
  });
}

/** Appends a counter's event. Its layout is the same in every version, and its message id is 0. */
export function encodeCounterEvent(writer: ByteWriter, event: CounterEvent): void {
  appending(writer, 'event', 0, () => {
    const start = { messageId: 0, opcode: COUNTER_EVENT_OPCODE, status: 0 };
    writeResponseStart(writer, start, undefined, NO_CONTEXT);
    counterEvent.write(writer, event, NO_CONTEXT);
  });
}

const NO_CONTEXT: WireContext = { version: 0, intelligence: 0, projections: false };

function contextOf(request: ReplyContext, change: Topology | undefined): WireContext {
  const byDefault =
    change?.hash === undefined
      ? ClientIntelligence.TOPOLOGY_AWARE
      : ClientIntelligence.HASH_DISTRIBUTION_AWARE;
  return {
    version: versionByte(request.version),
    intelligence: request.intelligence ?? byDefault,
    projections: request.projections ?? false,
  };
}

function appending(writer: ByteWriter, what: string, messageId: MessageId, write: () => void): void {
  const start = writer.length;
  try {
    write();
  } catch (thrown) {
    writer.truncate(start);
    throw asMistake(thrown, what, messageId);
  }
}
