import { toHex } from '@kvtwin/bytes';
import { type Json, requestView, responseView } from '@kvtwin/hotrod-protocol';
import type { ConnectionEvent, TraceEvent } from './trace-event.js';

/** One line of `kvtwin trace --ndjson`: what happened, as JSON can say it. */
export function traceToJson(connection: string, event: TraceEvent | ConnectionEvent): Json {
  const start = { at: new Date(event.atMs).toISOString(), connection, kind: event.kind };
  switch (event.kind) {
    case 'request':
      return { ...start, ...(requestView(event.message) as object) };
    case 'reply': {
      const { operation, header } = event.request ?? {};
      return {
        ...start,
        ...(operation === undefined ? {} : { operation: operation.name, cache: header?.cacheName ?? '' }),
        ...(event.latencyMs === undefined ? {} : { latencyMs: round(event.latencyMs) }),
        ...(responseView(event.message) as object),
      };
    }
    case 'event':
      return { ...start, ...(responseView(event.message) as object) };
    case 'unanswered': {
      const { operation, header } = event.request;
      return { ...start, operation: operation.name, messageId: String(header.messageId) };
    }
    case 'undecodable': {
      const { side, message, code, bytes, final } = event;
      return { ...start, side, message, code, final, ...(bytes === undefined ? {} : { hex: toHex(bytes) }) };
    }
    case 'opened':
      return { ...start, from: event.from, to: event.to };
    case 'refused':
      return { ...start, from: event.from, why: event.why };
    case 'closed':
      return { ...start, why: event.why, sentBytes: event.sentBytes, receivedBytes: event.receivedBytes };
  }
}

/** A line of a recording: what `kvtwin decode --ndjson` reads, with when it was and how long it took. */
export interface RecordedRow {
  readonly name: string;
  /** The connection. */
  readonly seq: string;
  readonly at: string;
  readonly latency_ms?: number;
  /** `null`: nobody asked for it. */
  readonly request_hex: string | null;
  /** `null`: no answer came. */
  readonly response_hex: string | null;
}

/** The row of a recording for an event that completes one; `'too long'` where its bytes were not kept. */
export function recordedRow(connection: string, event: TraceEvent): RecordedRow | 'too long' | undefined {
  const start = { seq: connection, at: new Date(event.atMs).toISOString() };
  switch (event.kind) {
    case 'reply': {
      const { request, bytes, latencyMs } = event;
      if (bytes === undefined || (request !== undefined && request.bytes === undefined)) return 'too long';
      const asked = request?.operation.name ?? 'error';
      return {
        name: `${connection} #${event.message.messageId} ${asked}`,
        ...start,
        ...(latencyMs === undefined ? {} : { latency_ms: round(latencyMs) }),
        request_hex: request?.bytes === undefined ? null : toHex(request.bytes),
        response_hex: toHex(bytes),
      };
    }
    case 'event': {
      if (event.bytes === undefined) return 'too long';
      const name = `${connection} ${event.message.kind}`;
      return { name, ...start, request_hex: null, response_hex: toHex(event.bytes) };
    }
    case 'unanswered': {
      const { operation, header, bytes } = event.request;
      if (bytes === undefined) return 'too long';
      const name = `${connection} #${header.messageId} ${operation.name}`;
      return { name, ...start, request_hex: toHex(bytes), response_hex: null };
    }
    default:
      return undefined;
  }
}

/** To the microsecond: the clock tells no more. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
