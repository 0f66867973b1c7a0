import type { CommandDefinition, HaRefusal, HaSide } from './command-definition.js';
import { COMMANDS, type CommandName, type NamedRequest } from './commands/commands.js';
import { HUSTDB_LIMITS } from './limits.js';
import type { RequestInput } from './node-request.js';
import { PARAMETERS, type ParameterName } from './parameters.js';
import { findInQuery, splitTarget } from './query-text.js';
import { readParameters } from './request-parameters.js';
import { readInt32 } from './stream-number.js';
import { isTableName } from './table-name.js';

/**
 * Why the HA would not carry a request out, and what the real one does then: closes the connection without an answer, or
 * answers 404 with `Version: 0`, or 405 with a page of HTML.
 */
export interface HaRefused {
  readonly kind: 'refused';
  readonly command: CommandName;
  readonly reason: 'missing' | 'invalid' | 'method';
  /** Name on the wire; empty where it is the method. */
  readonly parameter: string;
  /** Raw value as sent; absent where it is missing. */
  readonly value?: string;
  readonly realHa: HaRefusal | 'method-not-allowed';
}

/** A request to the HA: the command and its parameters as the nodes would see them, or why it is refused. */
export type ParsedHaRequest = (NamedRequest & { readonly kind: 'request' }) | HaRefused;

/**
 * What a path means to the HA. `sub-path`: it begins like an endpoint and is none; the real HA closes the connection.
 * `unknown`: nginx's 404 page.
 */
export type HaPath =
  | { readonly kind: 'command'; readonly command: CommandName; readonly readsBody: boolean }
  | { readonly kind: 'sub-path'; readonly endpoint: string }
  | { readonly kind: 'unknown' };

/** A larger offset is none to the HA; its nodes take less in a live listing. */
const HA_LIST_OFFSET = 100_000_000;

const BY_PATH: ReadonlyMap<string, CommandName> = new Map(
  (Object.entries(COMMANDS) as [CommandName, CommandDefinition<object>][]).flatMap(([name, { ha }]) =>
    ha === undefined ? [] : [[ha.path, name] as const],
  ),
);

/** Finds the command of a request target. The HA merges slashes (`//get`) and then wants the exact path. */
export function findHaCommand(target: string): HaPath {
  const path = splitTarget(target).path.replace(/\/{2,}/g, '/');
  const command = BY_PATH.get(path);
  if (command !== undefined) return { kind: 'command', command, readsBody: COMMANDS[command].ha!.readsBody };
  const endpoint = [...BY_PATH.keys()].find((known) => path.startsWith(known));
  return endpoint === undefined ? { kind: 'unknown' } : { kind: 'sub-path', endpoint };
}

/**
 * Reads a request as the HA and then its nodes do. The HA looks for parameters by substring, first match, in the raw
 * query; the nodes parse the same query properly and take the last of duplicates, and what they find counts. The HA asks
 * its nodes by GET whatever the method is, so a body wins over `val`, and `val` is stored undecoded. Three commands of sets
 * want POST.
 */
export function parseHaRequest(command: CommandName, input: RequestInput): ParsedHaRequest {
  const definition: CommandDefinition<object> = COMMANDS[command];
  const { query } = splitTarget(input.target);
  const refused = checkAsHa(command, definition, query, input);
  if (refused !== undefined) return refused;
  const read = readParameters(definition, 'GET', query, input.body);
  if ('request' in read) return { kind: 'request', command, request: read.request } as ParsedHaRequest;
  const { reason, parameter, value } = read.fault;
  const missing = reason === 'missing';
  return {
    kind: 'refused',
    command,
    reason: missing ? 'missing' : 'invalid',
    parameter,
    value,
    realHa: 'not-found',
  };
}

function checkAsHa(
  command: CommandName,
  definition: CommandDefinition<object>,
  query: string,
  { method, body }: RequestInput,
): HaRefused | undefined {
  const side: HaSide = definition.ha!;
  if (side.postOnly === true && method !== 'POST') {
    return { kind: 'refused', command, reason: 'method', parameter: '', realHa: 'method-not-allowed' };
  }
  for (const name of side.checks) {
    const parameter = PARAMETERS[name].wireName;
    const value = findInQuery(query, parameter);
    if (name === 'member') {
      const inQuery = definition.memberText !== 'raw' && value !== undefined;
      if (body.length > 0 || inQuery) continue;
      return { kind: 'refused', command, reason: 'missing', parameter, realHa: 'not-found' };
    }
    if (value === undefined) {
      return { kind: 'refused', command, reason: 'missing', parameter, realHa: side.refusal };
    }
    const tableIsNone = name === 'table' && side.checksTableName && !isTableName(value);
    if (tableIsNone || isBadPage(name, value)) {
      return { kind: 'refused', command, reason: 'invalid', parameter, value, realHa: side.refusal };
    }
  }
  const optionalTable = side.checksTableName ? findInQuery(query, 'tb') : undefined;
  if (optionalTable !== undefined && !isTableName(optionalTable)) {
    const invalid = { reason: 'invalid', parameter: 'tb', value: optionalTable } as const;
    return { kind: 'refused', command, ...invalid, realHa: side.refusal };
  }
  return undefined;
}

/** The HA looks at the numbers of a page itself where it looks for them at all. */
function isBadPage(name: ParameterName, value: string): boolean {
  if (name !== 'size' && name !== 'offset') return false;
  const number = readInt32(value);
  return number < 0 || number > (name === 'size' ? HUSTDB_LIMITS.listSize : HA_LIST_OFFSET);
}
