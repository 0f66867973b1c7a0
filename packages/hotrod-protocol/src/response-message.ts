import type { CacheEvent } from './cache-event.js';
import type { CounterEvent } from './counter-event.js';
import type { MessageId } from './message-id.js';
import type { AnyReply, OperationDefinition, PendingOperation } from './operation-definition.js';
import type { Topology } from './topology.js';

/** The answer to a request. */
export interface ReplyMessage<Pending extends PendingOperation = PendingOperation> {
  readonly kind: 'reply';
  readonly messageId: MessageId;
  readonly operation: OperationDefinition;
  /** What the lookup gave for the id. */
  readonly pending: Pending;
  /** The status byte. Whether the cache stores objects: `isObjectStorageStatus(status)`. */
  readonly status: number;
  /** The cluster as the request's cache now sees it. */
  readonly topology?: Topology;
  /** Of the type that `ReplyOf<typeof operation>` names. */
  readonly reply: AnyReply;
}

/** The answer to a request that went wrong, or to bytes that the server could not attribute (message id 0). */
export interface ErrorMessage<Pending extends PendingOperation = PendingOperation> {
  readonly kind: 'error';
  readonly messageId: MessageId;
  /** 0x50, or the reply opcode of the request. */
  readonly opcode: number;
  readonly status: number;
  readonly message: string;
  /** What the lookup gave for the id; undefined for nobody. */
  readonly pending?: Pending;
  readonly topology?: Topology;
}

/** What happened to an entry, told to a listener: no request asked for it. */
export interface EventMessage {
  readonly kind: 'event';
  readonly messageId: MessageId;
  readonly event: CacheEvent;
}

/** What happened to a counter, told to a listener: no request asked for it. */
export interface CounterEventMessage {
  readonly kind: 'counter-event';
  readonly messageId: MessageId;
  readonly event: CounterEvent;
}

/** What a server sends. */
export type ResponseMessage<Pending extends PendingOperation = PendingOperation> =
  | ReplyMessage<Pending>
  | ErrorMessage<Pending>
  | EventMessage
  | CounterEventMessage;
