import {
  bytesToLatin1,
  findInQuery,
  HUSTDB_LIMITS,
  isTableName,
  parseNodeQuery,
  readBoolean,
  readInt32,
  readInt64,
  readUint32,
} from '@kvtwin/hustdb-protocol';
import { decodeKeyBytes } from './key-bytes.js';
import type { Compatibility } from './proxy-options.js';
import type { ServedCommand } from './served-command.js';

/** What a caller asks of one key. */
export interface HaCall {
  readonly command: ServedCommand;
  /** `tb`; empty for kv. */
  readonly table: string;
  readonly key: Uint8Array;
  /** `ver` as a number: 0 for "none". Counter pairs compare it. */
  readonly ver: number;
  /** `ver` and `ver2` as they were sent: tokens of the two sides, for pairs whose versions are opaque. */
  readonly verText: string | undefined;
  readonly ver2Text: string | undefined;
  /** Undefined: never expires. */
  readonly ttlSeconds: number | undefined;
  readonly isDup: boolean;
  /** What is written where no body is: `val`, undecoded; a member's score; nothing for the member of a set. */
  readonly value: Uint8Array | undefined;
}

/**
 * A call that nobody needs to ask the pair about. `bad-request`: HustDB HA would close the connection without an answer.
 * `not-found`: it would answer 404.
 */
export interface RefusedCall {
  readonly refused: 'bad-request' | 'not-found';
  readonly message: string;
}

const NOTHING = new Uint8Array(0);

/**
 * Reads the query of a served command as HustDB HA and its nodes read it together: the HA looks for `name=` anywhere in the
 * text, a node then wants the exact name, takes the last non-empty one, and separates at `&` and `;`.
 *
 * `body`: of the commands whose key stands in it; empty where there is none.
 */
export function parseHaCall(
  command: ServedCommand,
  query: string,
  compat: Compatibility,
  body: Uint8Array = NOTHING,
): HaCall | RefusedCall {
  const parameters = parseNodeQuery(query);
  const table = parameters.get('tb');
  if (command.type !== 'kv') {
    if (table === undefined) return missing(command, query, 'tb');
    if (!isTableName(table)) return badTable(command, table);
  }
  const key = keyOf(command, parameters, query, body);
  if ('refused' in key) return key;
  const numbers = compat === 'extended' ? notNumeric(parameters) : undefined;
  if (numbers !== undefined) return refuse('bad-request', numbers);
  const value = writtenValue(command, parameters);
  if (value !== undefined && 'refused' in value) return value;
  const verText = parameters.get('ver');
  const ttl = parameters.get('ttl');
  const isDup = parameters.get('is_dup');
  return {
    command,
    table: command.type === 'kv' ? '' : table!,
    key,
    ver: verText === undefined ? 0 : readUint32(verText),
    verText,
    ver2Text: parameters.get('ver2'),
    ttlSeconds: ttl === undefined ? undefined : ttlSeconds(readUint32(ttl)),
    isDup: isDup !== undefined && readBoolean(isDup),
    value,
  };
}

function keyOf(
  command: ServedCommand,
  parameters: ReadonlyMap<string, string>,
  query: string,
  body: Uint8Array,
): Uint8Array | RefusedCall {
  if (command.keyPlace === 'raw-body') {
    return body.length > 0 ? body : refuse('not-found', 'the member is missing: it is due in the body');
  }
  if (command.keyPlace === 'decoded-body' && body.length > 0) return decoded(bytesToLatin1(body));
  const rawKey = parameters.get('key');
  if (rawKey !== undefined) return decoded(rawKey);
  if (command.keyPlace === 'query') return missing(command, query, 'key');
  return refuse('not-found', 'the member is missing: it is due in the body, or as key');
}

function decoded(raw: string): Uint8Array | RefusedCall {
  const key = decodeKeyBytes(raw);
  return key.length > 0 ? key : refuse('not-found', 'the key holds no byte once it is decoded');
}

function writtenValue(
  command: ServedCommand,
  parameters: ReadonlyMap<string, string>,
): Uint8Array | RefusedCall | undefined {
  if (command.kind !== 'put') return undefined;
  if (command.type === 'set') return NOTHING;
  if (command.type === 'zset') return scoreOf(parameters);
  const val = parameters.get('val');
  return val === undefined ? undefined : Buffer.from(val, 'latin1');
}

function scoreOf(parameters: ReadonlyMap<string, string>): Uint8Array | RefusedCall {
  const score = parameters.get('score');
  if (score === undefined) return refuse('not-found', 'parameter score is missing or empty');
  if (readInt32(parameters.get('opt') ?? '0') !== 0) {
    return refuse('not-found', 'opt is not served by this proxy');
  }
  return Buffer.from(readInt64(score).toString());
}

/** 0 and anything beyond HustDB's longest time to live mean: never expires. */
function ttlSeconds(ttl: number): number | undefined {
  return ttl === 0 || ttl > HUSTDB_LIMITS.ttlSeconds ? undefined : ttl;
}

function missing(command: ServedCommand, query: string, name: string): RefusedCall {
  const found = findInQuery(query, name);
  const haFindsIt = found !== undefined && (name !== 'tb' || !command.checksTableName || isTableName(found));
  const refused = command.refusal === 'not-found' || haFindsIt ? 'not-found' : 'bad-request';
  return refuse(refused, `parameter ${name} is missing or empty`);
}

function badTable(command: ServedCommand, table: string): RefusedCall {
  const shown = table.length > 80 ? `${table.slice(0, 77)}...` : table;
  return refuse(
    command.checksTableName ? 'bad-request' : 'not-found',
    `parameter tb must be 1 to 64 characters of 0-9 A-Z a-z _ : . and is ${table.length} characters: ${JSON.stringify(shown)}`,
  );
}

/** HustDB takes `ver=abc` for no version at all, which turns a conditional write into an unconditional one. */
function notNumeric(parameters: ReadonlyMap<string, string>): string | undefined {
  for (const name of ['ver', 'ver2', 'ttl']) {
    const text = parameters.get(name);
    if (text !== undefined && !/^\d{1,20}$/.test(text)) return `parameter ${name} must be a decimal number`;
  }
  for (const name of ['score', 'opt']) {
    const text = parameters.get(name);
    if (text !== undefined && !isInt64(text)) return `parameter ${name} must be a signed 64-bit number`;
  }
  return undefined;
}

function isInt64(text: string): boolean {
  return /^[+-]?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

function refuse(refused: RefusedCall['refused'], message: string): RefusedCall {
  return { refused, message };
}
