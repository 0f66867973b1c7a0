import { parseHex } from '@kvtwin/bytes';
import { decodeExchange, exchangeView, type Json } from '@kvtwin/hotrod-protocol';

/** A recorded exchange: what `decode --ndjson` reads, one a line. */
export interface ExchangeRow {
  readonly name?: string;
  /** Which recording it belongs to. */
  readonly seq?: string;
  readonly request_hex?: string | null;
  readonly response_hex?: string | null;
}

/** What `decode --ndjson` prints for a row: its name, and what it says, why not, or why it was not looked at. */
export interface DecodedRow {
  readonly name: string;
  readonly seq?: string;
  /** Absent where the row was skipped. */
  readonly ok?: boolean;
  readonly request?: Json;
  readonly response?: Json;
  /** Whether what was decoded is encoded as the same bytes again. */
  readonly reencodes?: boolean;
  readonly error?: { readonly code: string; readonly side: string; readonly message: string };
  /** Why the row was not looked at. */
  readonly skipped?: string;
}

/** Hot Rod 1.0 to 1.3 as the version byte: older than what is decoded here, and no error of the recording. */
const firstGeneration = { from: 10, to: 13 };

/** Decodes one row. Never throws for what stands in it. */
export function decodeRow(row: ExchangeRow): DecodedRow {
  const label = { name: row.name ?? '', ...(row.seq === undefined ? {} : { seq: row.seq }) };
  const request = hexOf(row.request_hex);
  const response = hexOf(row.response_hex);
  if (typeof request === 'string') return { ...label, ...notHex('request', request) };
  if (typeof response === 'string') return { ...label, ...notHex('response', response) };
  const exchange = decodeExchange(request, response);
  if (exchange.outcome === 'failed' && exchange.error.code === 'HOTROD_UNKNOWN_VERSION') {
    const version = versionByteOf(request);
    if (version >= firstGeneration.from && version <= firstGeneration.to) {
      return { ...label, skipped: `protocol 1.${version - firstGeneration.from}: only 2.0 to 4.1 are known` };
    }
  }
  return { ...label, ...exchangeView(exchange) };
}

/** The bytes, or why they are none. */
function hexOf(text: string | null | undefined): Uint8Array | string {
  try {
    return parseHex(text ?? '');
  } catch (error) {
    return (error as Error).message;
  }
}

function notHex(side: string, message: string): Pick<DecodedRow, 'ok' | 'error'> {
  return { ok: false, error: { code: 'NOT_HEX', side, message } };
}

/** The byte behind magic and message id (a vLong: its last byte is below 0x80). */
function versionByteOf(request: Uint8Array): number {
  let at = 1;
  while (request[at]! >= 0x80) at++;
  return request[at + 1] ?? 0;
}
