import { ByteWriter } from '@kvtwin/bytes';
import { encodeRequest } from './encode-request.js';
import { encodeCounterEvent, encodeError, encodeEvent, encodeResponse } from './encode-response.js';
import type { RequestMessage } from './request-decoder.js';
import type { ResponseMessage } from './response-message.js';
import { isObjectStorageStatus } from './status.js';

/** The bytes of a decoded request, in its version, whether that documents the operation or not. */
export function reencodeRequest({ operation, header, request }: RequestMessage): Uint8Array {
  const writer = new ByteWriter();
  encodeRequest(writer, operation, header, request, { anyVersion: true });
  return writer.take();
}

/** The bytes of all that a server sent in reaction to a request. */
export function reencodeResponse(
  messages: Iterable<ResponseMessage>,
  { header: { version, intelligence } }: RequestMessage,
): Uint8Array {
  const writer = new ByteWriter();
  for (const message of messages) {
    switch (message.kind) {
      case 'event':
        encodeEvent(writer, message.event);
        break;
      case 'counter-event':
        encodeCounterEvent(writer, message.event);
        break;
      case 'error':
        encodeError(writer, message);
        break;
      case 'reply': {
        const { messageId, topology, status, operation, reply, pending } = message;
        const header = { messageId, topology, objectStorage: isObjectStorageStatus(status) };
        const context = { version, intelligence, projections: pending.projections };
        encodeResponse(writer, operation, header, reply, context);
        break;
      }
    }
  }
  return writer.take();
}
