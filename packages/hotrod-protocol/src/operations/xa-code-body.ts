import { i32 } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

/** What the server's transaction manager says: 0 done, 3 nothing to do, 100 to 107 rolled back, below 0 an error, -4 unknown. */
export interface XaReply {
  readonly outcome: 'ok';
  readonly xaCode: number;
}

/** `i32 xaCode`: documents say vInt, servers send four bytes. */
export const xaCodeBody = struct<{ readonly xaCode: number }>(field('xaCode', i32));
