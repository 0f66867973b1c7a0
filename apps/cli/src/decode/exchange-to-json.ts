import { describeStatus, type RequestMessage, type ResponseMessage } from '@kvtwin/hotrod-protocol';

/** A request as JSON: bytes in hex, 64-bit numbers as decimal text. */
export function requestToJson({ header, operation, request }: RequestMessage): unknown {
  return { operation: operation.name, ...(plain(header) as object), body: plain(request) };
}

/** A message of a server as JSON. */
export function responseToJson(message: ResponseMessage): unknown {
  const messageId = plain(message.messageId);
  switch (message.kind) {
    case 'event':
      return { kind: 'event', messageId, event: plain(message.event) };
    case 'error':
      return {
        kind: 'error',
        messageId,
        status: message.status,
        meaning: describeStatus(message.status),
        message: message.message,
        ...topologyOf(message),
      };
    case 'reply':
      return {
        kind: 'reply',
        operation: message.operation.name,
        messageId,
        status: message.status,
        meaning: describeStatus(message.status),
        ...topologyOf(message),
        body: plain(message.reply),
      };
  }
}

function topologyOf({ topology }: { readonly topology?: unknown }): { topology?: unknown } {
  return topology === undefined ? {} : { topology: plain(topology) };
}

/** Any decoded value as JSON can carry it. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, plain(member)]),
  );
}
