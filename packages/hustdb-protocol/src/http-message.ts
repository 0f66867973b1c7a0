import type { HeaderInput, HeaderList } from './header-list.js';

/** A request as it goes on the wire, without `Host`, `Authorization` and `Content-Length`, which a transport adds. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query: ASCII, percent-encoded. */
  readonly target: string;
  readonly headers: HeaderList;
  /** Absent: the request has no body and must be sent without `Content-Length`. */
  readonly body?: Uint8Array;
}

/** A reply as a transport hands it in. */
export interface HttpReplyInput {
  readonly status: number;
  readonly headers: HeaderInput;
  readonly body: Uint8Array;
}

/** A reply to be sent: headers in the order in which HustDB sends them. */
export interface HttpReply {
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}
