import { readFileSync } from 'node:fs';
import { fromHex } from './hex.js';
import { vectorsDir } from './vectors-dir.js';

/** One recorded step of a Hot Rod connection, from `wire.ndjson`. */
export interface HotRodExchange {
  /** Rows with the same `seq` ran in file order on one connection, unless the group opens several. */
  readonly seq: string;
  readonly name: string;
  /** Protocol version as text, `2.0` to `4.1`, or one of 1.x. */
  readonly version: string;
  /** Empty where the server pushed without being asked. */
  readonly request: Uint8Array;
  /** All that the server sent in reaction, events included; empty where it stayed silent. */
  readonly response: Uint8Array;
  /** Whether the server then closed the connection. */
  readonly closed: boolean;
  readonly notes: string;
  /** 1-based line of the file, for messages. */
  readonly line: number;
}

interface Row {
  seq: string;
  name: string;
  version: string;
  request_hex: string;
  response_hex: string;
  closed: boolean;
  notes: string;
}

/** Every recorded Hot Rod exchange, in file order. Reads the file at each call. */
export function hotRodExchanges(): HotRodExchange[] {
  const lines = readFileSync(`${vectorsDir}/hotrod/wire.ndjson`, 'utf8').split('\n');
  return lines.flatMap((text, index) =>
    text === '' ? [] : [exchangeOf(JSON.parse(text) as Row, index + 1)],
  );
}

function exchangeOf(row: Row, line: number): HotRodExchange {
  const { seq, name, version, closed, notes } = row;
  return {
    seq,
    name,
    version,
    request: fromHex(row.request_hex),
    response: fromHex(row.response_hex),
    closed,
    notes,
    line,
  };
}
