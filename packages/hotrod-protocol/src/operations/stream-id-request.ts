import { i32 } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

/** A request about a stream that was begun on this connection. */
export interface StreamIdRequest {
  readonly streamId: number;
}

/** `i32 streamId` */
export const streamIdRequest = struct<StreamIdRequest>(field('streamId', i32));
