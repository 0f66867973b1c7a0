import { ByteWriter } from '@kvtwin/bytes';
import type { MessageId } from '@kvtwin/hotrod-protocol';

/**
 * What can go wrong with the reply to one request:
 * - `reset-unapplied`: the connection is reset, and the request is not carried out;
 * - `reset-applied`: it is carried out, and the connection is reset instead of a reply;
 * - `reset-mid-reply`: it is carried out, half the reply goes out, and the connection is reset;
 * - `end-mid-reply`: the same, but the connection is closed in order (FIN);
 * - `no-reply`: it is carried out, and nobody hears of it; the connection stays;
 * - `unknown-status`: the reply has the status 0x3f, which no version has;
 * - `wrong-message-id`: the reply answers a request that nobody made, 1,000,000 ids on;
 * - `wrong-opcode`: the reply has the opcode of an operation that nobody asked for, 0xfe;
 * - `wrong-magic`: the reply begins with 0x7f;
 * - `huge-length`: the reply is OK, and its body begins with a length of 2 GiB − 1 that nothing follows.
 */
export type ReplyFault =
  | 'reset-unapplied'
  | 'reset-applied'
  | 'reset-mid-reply'
  | 'end-mid-reply'
  | 'no-reply'
  | 'unknown-status'
  | 'wrong-message-id'
  | 'wrong-opcode'
  | 'wrong-magic'
  | 'huge-length';

const idsOn = 1_000_000;
const unknownStatus = 0x3f;
const unknownOpcode = 0xfe;
const wrongMagic = 0x7f;

/** The bytes that go out instead of a reply; empty where none do. */
export function spoiledReply(fault: ReplyFault, reply: Uint8Array, messageId: MessageId): Uint8Array {
  const opcodeAt = endOfVLong(reply, 1);
  switch (fault) {
    case 'reset-mid-reply':
    case 'end-mid-reply':
      return reply.subarray(0, reply.length >> 1);
    case 'unknown-status':
      return withByte(reply, opcodeAt + 1, unknownStatus);
    case 'wrong-opcode':
      return withByte(reply, opcodeAt, unknownOpcode);
    case 'wrong-magic':
      return withByte(reply, 0, wrongMagic);
    case 'wrong-message-id':
      return new ByteWriter()
        .u8(reply[0]!)
        .vLong(BigInt(messageId) + BigInt(idsOn))
        .raw(reply.subarray(opcodeAt))
        .take();
    case 'huge-length':
      return new ByteWriter()
        .raw(reply.subarray(0, opcodeAt + 1))
        .u8(0)
        .u8(0)
        .vInt(0x7fff_ffff)
        .take();
    default:
      return new Uint8Array(0);
  }
}

function endOfVLong(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at]! >= 0x80) {
    at++;
  }
  return at + 1;
}

function withByte(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = byte;
  return copy;
}
