import type {
  CounterEventMessage,
  ErrorMessage,
  EventMessage,
  ReplyMessage,
  RequestHeader,
  RequestMessage,
} from '@kvtwin/hotrod-protocol';

/** Which end of a traced connection bytes came from. */
export type TraceSide = 'client' | 'server';

/** What is known of a request until its reply is there. */
export interface TracedRequest {
  readonly operation: RequestMessage['operation'];
  readonly header: RequestHeader;
  readonly version: RequestHeader['version'];
  readonly intelligence: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly sentAtMs: number;
  /** Where bytes are kept, and the message was not too long. A login's are masked. */
  readonly bytes: Uint8Array | undefined;
}

/** What came over one traced connection. Payloads of logins are masked already. */
export type TraceEvent = { readonly atMs: number } & (
  | { readonly kind: 'request'; readonly message: RequestMessage; readonly bytes: Uint8Array | undefined }
  | {
      readonly kind: 'reply';
      readonly message: ReplyMessage | ErrorMessage;
      /** `undefined`: an error that answers nobody's request. */
      readonly request: TracedRequest | undefined;
      readonly latencyMs: number | undefined;
      readonly bytes: Uint8Array | undefined;
    }
  | {
      readonly kind: 'event';
      readonly message: EventMessage | CounterEventMessage;
      readonly bytes: Uint8Array | undefined;
    }
  | {
      readonly kind: 'undecodable';
      readonly side: TraceSide;
      readonly message: string;
      readonly code: string;
      /** The first bytes that were not understood, where they cannot hold a password. */
      readonly bytes: Uint8Array | undefined;
      /** Whether nothing more of this connection is decoded; it is forwarded as before. */
      readonly final: boolean;
    }
  | {
      /** When the connection ends: requests whose replies never came. */
      readonly kind: 'unanswered';
      readonly request: TracedRequest;
    }
);

/** A traced connection begins, ends, or cannot be made. */
export type ConnectionEvent = { readonly atMs: number } & (
  | { readonly kind: 'opened'; readonly from: string; readonly to: string }
  | { readonly kind: 'refused'; readonly from: string; readonly why: string }
  | {
      readonly kind: 'closed';
      readonly why: string;
      /** Bytes forwarded from the client, and from the server. */
      readonly sentBytes: number;
      readonly receivedBytes: number;
    }
);
