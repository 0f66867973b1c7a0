import { describeStatus, type RequestMessage, type ResponseMessage } from '@kvtwin/hotrod-protocol';
import { escapeControls } from '../key-text.js';
import type { Colors } from '../output.js';
import { annotatedDump } from './annotated-dump.js';
import type { DecodedBytes } from './decode-exchange.js';

/** Decoded bytes of one direction for people: a headline a message, and below it every byte with its field. */
export function viewMessages<Message>(
  bytes: Uint8Array,
  decoded: DecodedBytes<Message>,
  headline: (message: Message) => string,
  colors: Colors,
): string[] {
  const lines = decoded.messages.flatMap(({ message, ...range }) => [
    colors.bold(headline(message)),
    ...annotatedDump({ bytes, ...range }, colors),
  ]);
  if (decoded.failure === undefined) return lines;
  const start = decoded.messages.at(-1)?.end ?? 0;
  return [
    ...lines,
    colors.red(`not decoded: ${decoded.failure.message} (${decoded.failure.code})`),
    ...annotatedDump({ bytes, spans: decoded.openSpans, start, end: bytes.length }, colors),
  ];
}

/** `> put #3  Hot Rod 2.0  cache "loc"` */
export function requestHeadline({ header, operation }: RequestMessage): string {
  const cache = header.cacheName === '' ? 'default cache' : `cache "${escapeControls(header.cacheName)}"`;
  return `> ${operation.name} #${header.messageId}  Hot Rod ${header.version}  ${cache}`;
}

/** `< put #3  0x00 success` */
export function responseHeadline(message: ResponseMessage): string {
  const id = `#${message.messageId}`;
  switch (message.kind) {
    case 'event':
      return `< event ${id}  ${message.event.type}`;
    case 'error':
      return `< error ${id}  ${describeStatus(message.status)}: ${escapeControls(message.message)}`;
    case 'reply':
      return `< ${message.operation.name} ${id}  ${describeStatus(message.status)}`;
  }
}
