import type { ByteWriter } from '@kvtwin/bytes';
import type { IterationVisit } from './iteration-place.js';
import type { MessageId } from './message-id.js';
import { type ProtocolVersion, versionByte } from './protocol-version.js';
import type { Outcome } from './status.js';
import type { ByteWindow } from './wire/byte-window.js';
import type { Codec } from './wire/codec.js';
import type { Cursor } from './wire/cursor.js';
import type { RequestStartBytes } from './wire/request-start-bytes.js';

/** What every reply has. */
export interface AnyReply {
  readonly outcome: Outcome;
}

/** The body of a request or of an outcome that has none. */
export type EmptyBody = Readonly<Record<string, never>>;

/** Where a request is best sent. */
export type Routing =
  /** To the owner of `request.key`. */
  | 'key'
  /** Split by the owners of its keys, or anywhere. */
  | 'keys'
  /** Anywhere. */
  | 'any'
  /** On the connection that began what it goes on with. */
  | 'connection';

/** The reply without the outcome: what stands behind the header. */
export type ReplyBody<Reply extends AnyReply, O extends Outcome> = Omit<
  Extract<Reply, { outcome: O }>,
  'outcome'
>;

/** All that there is to say about an operation, once: encoders, decoders, clients, servers and documents read it. */
export interface OperationDefinition<Request = unknown, Reply extends AnyReply = AnyReply> {
  /** The name in `operations`. */
  readonly name: string;
  readonly requestOpcode: number;
  readonly replyOpcode: number;
  /** First version that documents it. */
  readonly since: ProtocolVersion;
  /** One sentence. */
  readonly summary: string;
  /** Whether it leaves entries as they are. (Reads may reset an entry's idle time.) */
  readonly readOnly: boolean;
  /** Whether doing it twice is the same as doing it once, so that it may be repeated when the reply is lost. */
  readonly idempotent: boolean;
  readonly routing: Routing;
  readonly request: Codec<Request>;
  /**
   * A hand-written writing of a whole request, the same bytes as its header and `request` write; `start` stands behind the
   * message id. False, and nothing is written, where the request is less simple.
   */
  fastRequest?(writer: ByteWriter, messageId: number, start: RequestStartBytes, request: Request): boolean;
  /** Bodies of the replies by outcome; other outcomes the operation does not have. */
  readonly replies: Readonly<Partial<Record<Outcome, Codec<unknown>>>>;
  /** The reply with its outcome; the outcome is one of `replies`. */
  readReply(cursor: Cursor, outcome: Outcome): Reply;
  /** A hand-written reading of a reply that lies whole in one chunk; undefined where it does not, and nothing is moved. */
  fastReply?(window: ByteWindow, outcome: Outcome, version: number): Reply | undefined;
}

/** What `defineOperation` wants to know. */
export interface OperationInput<Request, Reply extends AnyReply>
  extends Omit<OperationDefinition<Request, Reply>, 'replies' | 'readReply'> {
  readonly replies: { readonly [O in Reply['outcome']]: Codec<ReplyBody<Reply, O>> };
}

/** Checks the pieces against each other by their types, and makes the definition. */
export function defineOperation<Request, Reply extends AnyReply>(
  input: OperationInput<Request, Reply>,
): OperationDefinition<Request, Reply> {
  const replies = input.replies as Readonly<Partial<Record<Outcome, Codec<object>>>>;
  return {
    ...input,
    replies,
    readReply: (cursor, outcome) => {
      const reply = replies[outcome]?.read(cursor) as { outcome?: Outcome };
      reply.outcome = outcome;
      return reply as Reply;
    },
  };
}

/** Whether a version has the operation. */
export function isSupported(
  operation: Pick<OperationDefinition, 'since'>,
  version: ProtocolVersion,
): boolean {
  return versionByte(version) >= versionByte(operation.since);
}

/** The request type of a definition. */
export type RequestOf<Definition> =
  Definition extends OperationDefinition<infer Request, infer _Reply> ? Request : never;

/** The reply type of a definition. */
export type ReplyOf<Definition> =
  Definition extends OperationDefinition<infer _Request, infer Reply> ? Reply : never;

/** What a decoder must know about a request to read its reply. */
export interface PendingOperation {
  readonly operation: OperationDefinition;
  readonly version: ProtocolVersion;
  readonly intelligence: number;
  /**
   * The value of a `get` or `getWithMetadata` is wanted as text: where it lies whole in a chunk, and the decoder has `textOf`,
   * the reply holds a string in its place, read without a copy between.
   */
  readonly wantsText?: boolean;
  /** Only iterationNext: the entries are shown to it instead of being copied; the reply then has the same empty entry in place of each. */
  readonly visit?: IterationVisit | undefined;
  /** Only iterationNext before 2.4: whether the filter makes projections. */
  readonly projections?: boolean;
}

/** Finds what is outstanding under an id; undefined for nobody. Must not change anything: it may be asked twice. */
export type PendingLookup<Pending extends PendingOperation> = (messageId: MessageId) => Pending | undefined;
