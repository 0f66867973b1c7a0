import { printable, toHex } from '@kvtwin/bytes';
import { type MediaType, mediaTypeName } from './media-type.js';
import type { RequestMessage } from './request-decoder.js';
import type { ResponseMessage } from './response-message.js';
import { describeStatus } from './status.js';
import type { WireDuration } from './wire-duration.js';

const LONGEST_SHOWN_BYTES = 24;
const MOST_ELEMENTS_SHOWN = 3;

/**
 * A message in one line, for people. Not a format: it may change.
 *
 * ```
 * > put #3 (3.0) cache "loc": key "k1", expiration default/default, value "v1"
 * < put #3: 0x00 OK
 * ```
 */
export function describeMessage(message: RequestMessage | ResponseMessage): string {
  if (!('kind' in message)) {
    const { header, operation, request } = message;
    const cache = header.cacheName === '' ? '' : ` cache ${JSON.stringify(header.cacheName)}`;
    const flags = header.flags === 0 ? '' : ` flags 0x${header.flags.toString(16)}`;
    return line(`> ${operation.name} #${header.messageId} (${header.version})${cache}${flags}`, request);
  }
  switch (message.kind) {
    case 'event': {
      const { type, messageId: _, ...rest } = message.event;
      return line(`< event ${type}`, rest);
    }
    case 'counter-event':
      return line('< counter event', message.event);
    case 'error':
      return `< error #${message.messageId}: ${describeStatus(message.status)}: ${message.message}`;
    case 'reply': {
      const { outcome: _, ...rest } = message.reply as { outcome: string };
      const topology = message.topology === undefined ? '' : `, topology ${describeValue(message.topology)}`;
      const start = `< ${message.operation.name} #${message.messageId}: ${describeStatus(message.status)}`;
      return line(start + topology, rest);
    }
  }
}

/** A value of a decoded message in a few words. */
export function describeValue(value: unknown): string {
  if (value instanceof Uint8Array) {
    return describeBytes(value);
  }
  if (Array.isArray(value)) {
    const shown = value.slice(0, MOST_ELEMENTS_SHOWN).map(describeValue);
    const more = value.length > shown.length ? `, … ${value.length - shown.length} more` : '';
    return `[${shown.join(', ')}${more}]`;
  }
  if (typeof value === 'object' && value !== null) {
    if ('definition' in value) {
      return mediaTypeName(value as MediaType) ?? 'no media type';
    }
    if ('unit' in value) {
      return describeDuration(value as WireDuration);
    }
    return `{ ${fieldsOf(value)} }`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function line(start: string, body: unknown): string {
  const fields = fieldsOf(body as object);
  return fields === '' ? start : `${start}: ${fields}`;
}

function fieldsOf(value: object): string {
  return Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([name, part]) => `${name} ${describeValue(part)}`)
    .join(', ');
}

function describeDuration(duration: WireDuration): string {
  return 'amount' in duration ? `${duration.amount} ${duration.unit}` : duration.unit;
}

function describeBytes(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, LONGEST_SHOWN_BYTES);
  const isText = shown.every((byte) => byte >= 0x20 && byte < 0x7f);
  const text = isText ? JSON.stringify(printable(shown)) : toHex(shown);
  return bytes.length > shown.length ? `${text}… (${bytes.length} bytes)` : text;
}
