import { parseHex } from '@kvtwin/bytes';
import type { RequestMessage } from '@kvtwin/hotrod-protocol';
import {
  type DecodedBytes,
  type DecodeFailure,
  decodeRequests,
  decodeResponses,
  reencodes,
} from './decode-exchange.js';
import { requestToJson, responseToJson } from './exchange-to-json.js';

/** A recorded exchange: what `decode --ndjson` reads, one a line. */
export interface ExchangeRow {
  readonly name?: string;
  /** Which recording it belongs to. */
  readonly seq?: string;
  readonly request_hex?: string;
  readonly response_hex?: string;
}

/** What `decode --ndjson` prints for a row. */
export interface DecodedRow {
  readonly name: string;
  readonly seq?: string;
  /** Absent where the row was skipped. */
  readonly ok?: boolean;
  readonly request?: unknown;
  /** The answer to the request. */
  readonly response?: unknown;
  /** What else the server sent with it: events. */
  readonly also?: readonly unknown[];
  /** Whether what was decoded is encoded as the same bytes again. */
  readonly reencodes?: boolean;
  readonly error?: DecodeFailure & { readonly side: 'request' | 'response' };
  /** Why the row was not looked at. */
  readonly skipped?: string;
}

/** Decodes one row. Never throws for what stands in it. */
export function decodeRow(row: ExchangeRow): DecodedRow {
  const label = { name: row.name ?? '', ...(row.seq === undefined ? {} : { seq: row.seq }) };
  if (!row.request_hex) return { ...label, skipped: 'no request' };
  if (!row.response_hex) return { ...label, skipped: 'no reply' };
  const bytes = { request: hexOf(row.request_hex), response: hexOf(row.response_hex) };
  for (const side of ['request', 'response'] as const) {
    const wrong = bytes[side];
    if (!(wrong instanceof Uint8Array)) return { ...label, ok: false, error: { ...wrong, side } };
  }
  return { ...label, ...decodeExchange(bytes.request as Uint8Array, bytes.response as Uint8Array) };
}

function hexOf(text: string): Uint8Array | DecodeFailure {
  try {
    return parseHex(text);
  } catch (error) {
    return { code: 'NOT_HEX', message: (error as Error).message };
  }
}

function decodeExchange(requestBytes: Uint8Array, responseBytes: Uint8Array): Omit<DecodedRow, 'name'> {
  const requests = decodeRequests(requestBytes);
  const reason = skipReason(requests, requestBytes);
  if (reason !== undefined) return { skipped: reason };
  const request = requests.messages[0]?.message;
  if (requests.failure !== undefined || request === undefined) {
    return { ok: false, error: { ...requests.failure!, side: 'request' } };
  }
  const responses = decodeResponses(responseBytes, request);
  const messages = responses.messages.map(({ message }) => message);
  const answer = messages.find((message) => message.kind !== 'event') ?? messages[0];
  const also = messages.filter((message) => message !== answer);
  const decoded = {
    request: requestToJson(request),
    ...(answer === undefined ? {} : { response: responseToJson(answer) }),
    ...(also.length === 0 ? {} : { also: also.map(responseToJson) }),
  };
  if (responses.failure !== undefined) {
    return { ok: false, ...decoded, error: { ...responses.failure, side: 'response' } };
  }
  return { ok: true, ...decoded, reencodes: reencodes(request, requestBytes, messages, responseBytes) };
}

function skipReason(requests: DecodedBytes<RequestMessage>, bytes: Uint8Array): string | undefined {
  const { messages, failure } = requests;
  if (messages.length > 1 || (messages.length === 1 && messages[0]!.end < bytes.length)) {
    return 'several requests in one row';
  }
  if (failure?.code === 'HOTROD_UNKNOWN_OPERATION') return failure.message;
  if (failure?.code === 'HOTROD_UNKNOWN_VERSION') return failure.message;
  return undefined;
}
