import type { CommandDefinition } from './command-definition.js';
import { COMMANDS, type CommandName, type NamedRequest } from './commands/commands.js';
import type { HttpReply } from './http-message.js';
import { HUSTDB_LIMITS } from './limits.js';
import { formatNodeReply } from './node-reply.js';
import { splitTarget } from './query-text.js';
import { type ParameterFault, readParameters } from './request-parameters.js';

/** A request as a server's transport hands it in. */
export interface RequestInput {
  readonly method: string;
  /** The request target as sent, one character per byte. */
  readonly target: string;
  /** Empty where there is none. */
  readonly body: Uint8Array;
}

/** A request to a storage node: the command and its parameters, or the answer that refuses it. */
export type ParsedNodeRequest =
  | (NamedRequest & { readonly kind: 'request' })
  | { readonly kind: 'refused'; readonly reply: HttpReply; readonly why: string };

const BY_PATH: ReadonlyMap<string, CommandName> = new Map(
  (Object.entries(COMMANDS) as [CommandName, CommandDefinition<object>][]).flatMap(([name, { node }]) =>
    node === undefined ? [] : [[node.path, name] as const],
  ),
);

/**
 * Reads a request as a storage node does: exact path (404), method (405), then parameters (404 where one is missing, 400
 * where one is impossible, 401 for a version above the largest). The refusals carry the node's own answer.
 */
export function parseNodeRequest(input: RequestInput): ParsedNodeRequest {
  const { path, query } = splitTarget(input.target);
  const command = BY_PATH.get(path);
  if (command === undefined) {
    return { kind: 'refused', reply: formatNodeReply(404, []), why: `no endpoint ${path}` };
  }
  const definition: CommandDefinition<object> = COMMANDS[command];
  if (!(definition.node!.methods as readonly string[]).includes(input.method)) {
    return { kind: 'refused', reply: formatNodeReply(405, []), why: `${path} does not take ${input.method}` };
  }
  if (definition.cache === true && input.body.length > HUSTDB_LIMITS.cacheValueBytes) {
    return { kind: 'refused', reply: formatNodeReply(401, []), why: `${path} takes no body of that length` };
  }
  const read = readParameters(definition, input.method, query, input.body);
  if ('fault' in read) {
    const why = `parameter ${read.fault.parameter} is ${read.fault.reason === 'missing' ? 'missing' : 'invalid'}`;
    return { kind: 'refused', reply: refuse(definition, read.fault), why };
  }
  return { kind: 'request', command, request: read.request } as ParsedNodeRequest;
}

function refuse(definition: CommandDefinition<object>, fault: ParameterFault): HttpReply {
  if (fault.reason === 'missing') return formatNodeReply(404, []);
  const status = fault.reason === 'version' ? 401 : 400;
  const version = fault.reason === 'version' ? '0' : String(fault.ver);
  switch (definition.reply) {
    case 'exists':
    case 'value':
      return formatNodeReply(status, [['Version', version]]);
    case 'write':
    case 'increment':
      return formatNodeReply(status, [
        ['Version', version],
        ['VerError', 'false'],
      ]);
    default:
      return formatNodeReply(status, []);
  }
}
