import type { AnyRequest, CommandDefinition, MemberText } from './command-definition.js';
import { decodeKeyText, rawParameterBytes } from './key-text.js';
import { bytesToLatin1 } from './latin1.js';
import { HUSTDB_LIMITS } from './limits.js';
import { PARAMETERS, type ParameterName, type ParameterTypes } from './parameters.js';
import { parseNodeQuery } from './query-text.js';
import { isTableName } from './table-name.js';

/**
 * Why a node does not even look into its storage: a parameter is missing (404 without headers), has a value that it
 * refuses (400), or is a version above the largest one (401, `VerError: false`).
 */
export interface ParameterFault {
  readonly reason: 'missing' | 'invalid' | 'version';
  /** Name on the wire. */
  readonly parameter: string;
  /** Raw value as sent; absent where it is missing. */
  readonly value?: string;
  /** `ver` of the request, which error answers echo. */
  readonly ver: number;
}

/** How a node reads a command's parameters from the raw query, the method and the body. */
export function readParameters(
  definition: CommandDefinition<object>,
  method: string,
  query: string,
  body: Uint8Array,
): { readonly request: AnyRequest } | { readonly fault: ParameterFault } {
  const raw = parseNodeQuery(query);
  const ver = PARAMETERS.ver.read(raw.get('ver') ?? '');
  const request: { [P in ParameterName]?: ParameterTypes[P] } = {};
  for (const [name, presence] of Object.entries(definition.parameters) as [ParameterName, string][]) {
    const { wireName } = PARAMETERS[name];
    const text = raw.get(wireName);
    if (name === 'value') setValue(request, method, text, body);
    else if (name === 'member') setMember(request, definition.memberText!, method, text, body);
    else if (text !== undefined) assign(request, name, text);
    const value = request[name];
    const empty = value === undefined || (value instanceof Uint8Array && value.length === 0);
    if (empty && presence === 'required') return { fault: { reason: 'missing', parameter: wireName, ver } };
  }
  const oneOf: readonly ParameterName[] = definition.oneOf ?? [];
  if (oneOf.length > 0 && oneOf.every((name) => request[name] === undefined)) {
    return { fault: { reason: 'missing', parameter: PARAMETERS[oneOf[0]!].wireName, ver } };
  }
  const fault = checkValues(request, raw, ver, definition.cache === true);
  return fault === undefined ? { request } : { fault };
}

function assign<P extends ParameterName>(
  request: { [K in ParameterName]?: ParameterTypes[K] },
  name: P,
  text: string,
): void {
  request[name] = PARAMETERS[name].read(text) as (typeof request)[P];
}

/** The body wins; `val` counts only for a request that is no POST. */
function setValue(
  request: { value?: Uint8Array },
  method: string,
  text: string | undefined,
  body: Uint8Array,
): void {
  if (body.length > 0) request.value = body;
  else if (method !== 'POST' && text !== undefined) request.value = PARAMETERS.value.read(text);
}

/** The body wins; `key` counts only for a request that is no POST. For the decoder see MemberText. */
function setMember(
  request: { member?: Uint8Array },
  memberText: MemberText,
  method: string,
  text: string | undefined,
  body: Uint8Array,
): void {
  if (memberText === 'query-first') {
    request.member = text === undefined ? body : decodeKeyText(text);
    return;
  }
  const decoded = memberText === 'decoded-unless-post' && method !== 'POST';
  if (body.length > 0) request.member = decoded ? decodeKeyText(bytesToLatin1(body)) : body;
  else if (method !== 'POST' && text !== undefined) {
    request.member = decoded ? decodeKeyText(text) : rawParameterBytes(text);
  }
}

function checkValues(
  request: AnyRequest,
  raw: ReadonlyMap<string, string>,
  ver: number,
  cache: boolean,
): ParameterFault | undefined {
  const bad = (reason: ParameterFault['reason'], parameter: string): ParameterFault => {
    return { reason, parameter, value: raw.get(parameter), ver };
  };
  if (cache) return undefined;
  if (request.table !== undefined && !isTableName(request.table)) return bad('invalid', 'tb');
  if (ver === 0xffff_ffff) return bad('invalid', 'ver');
  if (ver > HUSTDB_LIMITS.version) return bad('version', 'ver');
  const { offset = 0, size = 0, start = 0, end = HUSTDB_LIMITS.slots } = request;
  if (size < 0 || size > HUSTDB_LIMITS.listSize) return bad('invalid', 'size');
  if (offset < 0 || offset > HUSTDB_LIMITS.listOffset) return bad('invalid', 'offset');
  if (start < 0 || start >= end) return bad('invalid', 'start');
  if (end > HUSTDB_LIMITS.slots) return bad('invalid', 'end');
  const { min = 0n, max = 0n } = request;
  if (min > max) return bad('invalid', 'min');
  return undefined;
}
