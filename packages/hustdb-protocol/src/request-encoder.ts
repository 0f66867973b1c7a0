import type { AnyRequest, CommandDefinition } from './command-definition.js';
import { COMMANDS, type CommandName, type CommandRequests } from './commands/commands.js';
import type { HttpRequest } from './http-message.js';
import { HustDbProtocolError } from './hustdb-protocol-error.js';
import { bytesToLatin1, latin1ToBytes } from './latin1.js';
import { HUSTDB_LIMITS } from './limits.js';
import { PARAMETERS, type ParameterName } from './parameters.js';

/**
 * A command as a storage node takes it: `GET` with a query, or `POST` with the value or the member as body.
 * Throws `HUSTDB_INVALID_REQUEST` (with `parameter`) for what HustDB would refuse, cut or misread.
 */
export function encodeNodeRequest<C extends CommandName>(
  command: C,
  request: CommandRequests[C],
): HttpRequest {
  return encode(command, 'node', request);
}

/**
 * A command as the HA takes it. Bodies only where the HA reads them; `key` and `tb` stand first, since it finds
 * parameters by substring. Throws `HUSTDB_INVALID_REQUEST` for what would make it close, hang or lose track.
 */
export function encodeHaRequest<C extends CommandName>(command: C, request: CommandRequests[C]): HttpRequest {
  return encode(command, 'ha', request);
}

function encode(command: CommandName, server: 'ha' | 'node', request: AnyRequest): HttpRequest {
  const definition: CommandDefinition<object> = COMMANDS[command];
  const side = definition[server];
  if (side === undefined) throw invalid(undefined, `${command} is no command of the ${server}`);
  const pieces: string[] = [];
  // What the HA looks for must be there, even where a node could do without.
  const checks: readonly string[] = server === 'ha' ? definition.ha!.checks : [];
  let body: Uint8Array | undefined;
  const oneOf: readonly ParameterName[] = definition.oneOf ?? [];
  if (oneOf.length > 0 && oneOf.every((name) => request[name] === undefined)) {
    const names = oneOf.map((name) => PARAMETERS[name].wireName).join(' or ');
    throw invalid(PARAMETERS[oneOf[0]!].wireName, `${command} needs the parameter ${names}`);
  }
  for (const [name, presence] of parametersOf(definition)) {
    const value = request[name];
    const wireName = PARAMETERS[name].wireName;
    if (value === undefined) {
      if (presence === 'required' || checks.includes(name))
        throw invalid(wireName, `${command} needs the parameter ${wireName}`);
    } else if (name === 'value') {
      body = checkedValue(bytesOf(value, 'val', 'value'), definition);
    } else if (name === 'member') {
      body = memberBody(bytesOf(value, 'key', 'member'), definition, server);
    } else {
      pieces.push(`${wireName}=${formatParameter(name, request)}`);
    }
  }
  const method = body === undefined ? 'GET' : 'POST';
  const target = pieces.length === 0 ? side.path : `${side.path}?${pieces.join('&')}`;
  checkRequestLine(method, target);
  return { method, target, headers: [], ...(body === undefined ? {} : { body }) };
}

/** Made once for each command: every request goes through them. */
const parameterLists = new WeakMap<object, readonly (readonly [ParameterName, string])[]>();

function parametersOf(definition: CommandDefinition<object>): readonly (readonly [ParameterName, string])[] {
  const known = parameterLists.get(definition);
  if (known !== undefined) return known;
  const list = Object.entries(definition.parameters) as [ParameterName, string][];
  parameterLists.set(definition, list);
  return list;
}

function formatParameter<P extends ParameterName>(name: P, request: AnyRequest): string {
  return PARAMETERS[name].format(request[name]!);
}

/** A text would be sent with the length of its characters, and the rest of it taken for the next request. */
function bytesOf(value: unknown, parameter: string, what: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw invalid(
    parameter,
    `the ${what} must be bytes (a Uint8Array), not ${value === null ? 'null' : typeof value}`,
  );
}

/**
 * A member as a body. Behind the HA a sorted set's member is percent-decoded, so its `%` are encoded, and it cannot hold a
 * `?`, which would end it.
 */
function memberBody(
  member: Uint8Array,
  { memberText }: CommandDefinition<object>,
  server: 'ha' | 'node',
): Uint8Array {
  if (member.length === 0) throw invalid('key', 'the member is empty; HustDB takes that for a missing one');
  if (member.length > HUSTDB_LIMITS.keyBytes) {
    const limit = HUSTDB_LIMITS.keyBytes;
    throw invalid('key', `the member has ${member.length} bytes; at most ${limit} are stored`);
  }
  if (server === 'node' || memberText !== 'decoded-unless-post') return member;
  if (member.includes(0x3f)) {
    throw invalid('key', 'the member contains "?" (0x3f); HustDB HA would drop what follows it');
  }
  if (!member.includes(0x25)) return member;
  return latin1ToBytes(bytesToLatin1(member).replaceAll('%', '%25'));
}

function checkedValue(value: Uint8Array, { cache }: CommandDefinition<object>): Uint8Array {
  const limit = cache === true ? HUSTDB_LIMITS.cacheValueBytes : HUSTDB_LIMITS.valueBytes;
  if (value.length === 0) {
    throw invalid('val', 'the value is empty; HustDB takes that for a missing parameter');
  }
  if (value.length > limit) {
    throw invalid('val', `the value has ${value.length} bytes; at most ${limit} are stored`);
  }
  return value;
}

function checkRequestLine(method: string, target: string): void {
  const length = method.length + 1 + target.length + ' HTTP/1.1'.length;
  if (length <= HUSTDB_LIMITS.requestLineBytes) return;
  const limit = HUSTDB_LIMITS.requestLineBytes;
  throw invalid(
    'key',
    `the request line would have ${length} bytes, more than ${limit}: the encoded key is too long, and HustDB would cut it`,
  );
}

function invalid(parameter: string | undefined, message: string): HustDbProtocolError {
  return new HustDbProtocolError(message, { code: 'HUSTDB_INVALID_REQUEST', parameter });
}
