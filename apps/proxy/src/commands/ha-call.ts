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
import type { Compatibility } from '../proxy-options.js';
import { decodeKeyBytes } from './key-bytes.js';
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
  /** The key as it stands in the query, undecoded; empty where it stands in the body. */
  readonly rawKey: string;
  /** What is added, of a command that adds. */
  readonly by: bigint | undefined;
  /** What is written where no body is: `val`, undecoded; a member's score; nothing for the member of a set. */
  readonly value: Uint8Array | undefined;
}

/**
 * A call that nobody needs to ask the pair about. `bad-request`: HustDB HA would close the connection without an answer.
 * `not-found`: it would answer 404. `failed`: its node would refuse the call, of which it would tell by a 404 without a version.
 */
export interface RefusedCall {
  readonly refused: 'bad-request' | 'not-found' | 'failed';
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
  const call = readCall(command, query, compat, body);
  return 'refused' in call && reachesItsNode(command, query) ? { ...call, refused: 'failed' } : call;
}

/** Only of an addition HustDB HA tells apart what it refuses itself, a missing parameter, and what its node refuses. */
function reachesItsNode(command: ServedCommand, query: string): boolean {
  if (command.name !== 'hincrby') return false;
  return ['tb', 'key', 'val'].every((name) => findInQuery(query, name) !== undefined);
}

function readCall(
  command: ServedCommand,
  query: string,
  compat: Compatibility,
  body: Uint8Array,
): HaCall | RefusedCall {
  const parameters = parseNodeQuery(query);
  const table = parameters.get('tb');
  if (command.type !== 'kv') {
    if (table === undefined) return missing(command, query, 'tb');
    if (!isTableName(table)) return badTable(command, query, table);
  }
  const key = keyOf(command, parameters, query, body);
  if ('refused' in key) return key;
  const numbers = compat === 'extended' ? notNumeric(command, parameters) : undefined;
  if (numbers !== undefined) return refuse('bad-request', numbers);
  const written = writtenBy(command, parameters, query);
  if ('refused' in written) return written;
  const verText = parameters.get('ver');
  const ttl = parameters.get('ttl');
  const isDup = parameters.get('is_dup');
  return {
    command: written.command ?? command,
    table: command.type === 'kv' ? '' : table!,
    key,
    ver: verText === undefined ? 0 : readUint32(verText),
    verText,
    ver2Text: parameters.get('ver2'),
    ttlSeconds: ttl === undefined ? undefined : ttlSeconds(readUint32(ttl)),
    isDup: isDup !== undefined && readBoolean(isDup),
    rawKey: parameters.get('key') ?? '',
    by: written.by,
    value: written.value,
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

/** What a write writes or adds, and as which command where it is another one than it looks like. */
interface Written {
  readonly command?: ServedCommand;
  readonly value?: Uint8Array;
  readonly by?: bigint;
}

function writtenBy(
  command: ServedCommand,
  parameters: ReadonlyMap<string, string>,
  query: string,
): Written | RefusedCall {
  if (command.kind === 'add') {
    const by = parameters.get('val');
    return by === undefined ? missing(command, query, 'val') : { by: readInt64(by) };
  }
  if (command.kind !== 'put') return {};
  if (command.type === 'set') return { value: NOTHING };
  if (command.type === 'zset') return scoreOf(command, parameters);
  const val = parameters.get('val');
  return val === undefined ? {} : { value: Buffer.from(val, 'latin1') };
}

/** `opt` above 0 adds the score to the one that is there, below 0 subtracts it. */
function scoreOf(command: ServedCommand, parameters: ReadonlyMap<string, string>): Written | RefusedCall {
  const text = parameters.get('score');
  if (text === undefined) return refuse('not-found', 'parameter score is missing or empty');
  const score = readInt64(text);
  const opt = readInt32(parameters.get('opt') ?? '0');
  if (opt === 0) return { value: Buffer.from(score.toString()) };
  return { command: { ...command, kind: 'add' }, by: opt > 0 ? score : BigInt.asIntN(64, -score) };
}

/** 0 and anything beyond HustDB's longest time to live mean: never expires. */
function ttlSeconds(ttl: number): number | undefined {
  return ttl === 0 || ttl > HUSTDB_LIMITS.ttlSeconds ? undefined : ttl;
}

function missing(command: ServedCommand, query: string, name: string): RefusedCall {
  const refused = command.refusal === 'closes' && haRefuses(command, query) ? 'bad-request' : 'not-found';
  return refuse(refused, `parameter ${name} is missing or empty`);
}

/** Whether HustDB HA misses a parameter itself; what it finds empty, or inside another's name, its nodes refuse. */
function haRefuses({ type, keyPlace, checksTableName }: ServedCommand, query: string): boolean {
  const table = type === 'kv' ? undefined : findInQuery(query, 'tb');
  if (type !== 'kv' && (table === undefined || (checksTableName && !isTableName(table)))) return true;
  return keyPlace === 'query' && findInQuery(query, 'key') === undefined;
}

function badTable(command: ServedCommand, query: string, table: string): RefusedCall {
  const shown = table.length > 80 ? `${table.slice(0, 77)}...` : table;
  return refuse(
    command.refusal === 'closes' && haRefuses(command, query) ? 'bad-request' : 'not-found',
    `parameter tb must be 1 to 64 characters of 0-9 A-Z a-z _ : . and is ${table.length} characters: ${JSON.stringify(shown)}`,
  );
}

/** HustDB takes `ver=abc` for no version at all, which turns a conditional write into an unconditional one. */
function notNumeric(command: ServedCommand, parameters: ReadonlyMap<string, string>): string | undefined {
  for (const name of ['ver', 'ver2', 'ttl']) {
    const text = parameters.get(name);
    if (text !== undefined && !/^\d{1,20}$/.test(text)) return `parameter ${name} must be a decimal number`;
  }
  for (const name of command.kind === 'add' ? ['val'] : ['score', 'opt']) {
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
