import { defineOperation } from '../operation-definition.js';
import { bytes, string, u8 } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface AuthRequest {
  /** Registered name of a SASL mechanism; the same in every step of an exchange. */
  readonly mechanism: string;
  /** What the mechanism says; empty where it waits for the server's word first. */
  readonly response: Uint8Array;
}

export interface AuthReply {
  readonly outcome: 'ok';
  /**
   * 1 where the server has finished and has nothing more to say. It is 0 also where it has finished with a last word, such
   * as SCRAM's signature: then the mechanism must know that it is done, for a further step would begin a new exchange.
   */
  readonly completed: number;
  readonly challenge: Uint8Array;
}

/**
 * ```
 *   23 →  string mechanism   bytes response
 *   24 ←  00: u8 completed   bytes challenge
 * ```
 * Needs no authentication. Failures are errors; a server that asks for no authentication says so with opcode 24 and
 * status 85 instead of an error's opcode 50.
 */
export const auth = defineOperation<AuthRequest, AuthReply>({
  name: 'auth',
  requestOpcode: 0x23,
  replyOpcode: 0x24,
  since: '2.0',
  summary: 'Takes one step of a SASL exchange, which tells the server whose connection it is.',
  readOnly: true,
  idempotent: false,
  routing: 'connection',
  request: struct<AuthRequest>(field('mechanism', string), field('response', bytes)),
  replies: {
    ok: struct<Omit<AuthReply, 'outcome'>>(field('completed', u8), field('challenge', bytes)),
  },
});
