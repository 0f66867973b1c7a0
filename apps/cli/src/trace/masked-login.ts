import {
  type AuthRequest,
  operations,
  type ReplyMessage,
  type RequestMessage,
  reencodeRequest,
  reencodeResponse,
} from '@kvtwin/hotrod-protocol';

/** Stands in place of whatever a login says: of the same length for every password. */
const mask = new TextEncoder().encode('(masked)');

/** A message as it may be shown, with its bytes. */
export interface Masked<Message> {
  readonly message: Message;
  /** `undefined`: as they came. */
  readonly bytes?: Uint8Array;
}

/** The request with what its SASL mechanism says replaced. */
export function maskedRequest(message: RequestMessage): Masked<RequestMessage> {
  if (message.operation !== operations.auth) return { message };
  const { mechanism } = message.request as AuthRequest;
  const masked = { ...message, request: { mechanism, response: mask } };
  return { message: masked, bytes: reencodeRequest(masked) };
}

/** The reply with what the server's SASL mechanism says replaced. */
export function maskedReply(
  message: ReplyMessage,
  request: Pick<RequestMessage, 'header'>,
): Masked<ReplyMessage> {
  if (message.operation !== operations.auth) return { message };
  const masked = { ...message, reply: { ...message.reply, challenge: mask } };
  const bytes = reencodeResponse([masked], {
    header: request.header,
    operation: message.operation,
    request: {},
  });
  return { message: masked, bytes };
}

/** Whether bytes that could not be decoded may be a login all the same. */
export function mayHoldLogin(bytes: Uint8Array): boolean {
  // A0, a message id (its last byte is below 0x80), the version, the opcode.
  let at = 1;
  while (at < bytes.length && bytes[at]! >= 0x80) at++;
  const isHotRod = bytes[0] === 0xa0;
  if (isHotRod) return bytes.length < at + 3 || bytes[at + 2] === operations.auth.requestOpcode;
  return /authorization|password/i.test(Buffer.from(bytes).toString('latin1'));
}
