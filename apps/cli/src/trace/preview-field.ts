import { describeValue } from '@kvtwin/hotrod-protocol';
import { cutToColumns } from '../output/display-width.js';
import { formatSize } from '../output/format-size.js';
import { escapeControls } from '../output/key-text.js';

/** What a line has room for: more is in --hex and --record. */
const previewBytes = 240;
const previewColumns = 48;

/** Fields of a message's body as `name value`, those that say nothing left out. */
export function previewFields(body: object): string {
  return Object.entries(body)
    .filter(([name, value]) => name !== 'outcome' && value !== undefined)
    .map(([name, value]) => previewField(name, value))
    .filter((text) => text !== '')
    .join('  ');
}

function previewField(name: string, value: unknown): string {
  if (value instanceof Uint8Array) return `${name} ${previewBytesOf(value)}`;
  if (name === 'expiration') return expirationText(value as Record<string, unknown>);
  return `${name} ${cutToColumns(escapeControls(describeValue(value)), 2 * previewColumns)}`;
}

/** Bytes as quoted text where they begin as UTF-8 does, else in hex; with their size where that is not all of them. */
export function previewBytesOf(bytes: Uint8Array): string {
  const start = bytes.subarray(0, previewBytes);
  const text = startOfText(start, bytes.length > start.length);
  if (text === undefined) {
    const hex = cutToColumns(Buffer.from(start).toString('hex'), previewColumns);
    return `0x${hex} (${formatSize(bytes.length)})`;
  }
  const shown = cutToColumns(escapeControls(text), previewColumns);
  const isWhole = bytes.length === start.length && shown === escapeControls(text);
  return isWhole ? `"${shown}"` : `"${shown}" (${formatSize(bytes.length)})`;
}

function startOfText(bytes: Uint8Array, isCut: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
  } catch {
    return undefined;
  }
}

function expirationText(expiration: Record<string, unknown>): string {
  return Object.entries(expiration)
    .filter(([, duration]) => (duration as { unit?: unknown }).unit !== 'default')
    .map(([name, duration]) => `${name} ${describeValue(duration)}`)
    .join('  ');
}
