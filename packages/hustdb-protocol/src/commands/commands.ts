import type { CommandDefinition } from '../command-definition.js';
import { type DelRequest, del } from './del.js';
import { type ExistRequest, exist } from './exist.js';
import { type FileCountRequest, fileCount } from './file-count.js';
import { type GetRequest, get } from './get.js';
import { type Get2Request, get2 } from './get2.js';
import { type HdelRequest, hdel } from './hdel.js';
import { type HexistRequest, hexist } from './hexist.js';
import { type HgetRequest, hget } from './hget.js';
import { type Hget2Request, hget2 } from './hget2.js';
import { type HincrbyRequest, hincrby } from './hincrby.js';
import { type HkeysRequest, hkeys } from './hkeys.js';
import { type HsetRequest, hset } from './hset.js';
import { type KeysRequest, keys } from './keys.js';
import { type PutRequest, put } from './put.js';
import { type StatRequest, stat } from './stat.js';
import { type StatAllRequest, statAll } from './stat-all.js';

/** The request of every command, by the command's name in the documents. */
export interface CommandRequests {
  exist: ExistRequest;
  get: GetRequest;
  put: PutRequest;
  del: DelRequest;
  get2: Get2Request;
  hexist: HexistRequest;
  hget: HgetRequest;
  hset: HsetRequest;
  hdel: HdelRequest;
  hincrby: HincrbyRequest;
  hget2: Hget2Request;
  keys: KeysRequest;
  hkeys: HkeysRequest;
  stat: StatRequest;
  stat_all: StatAllRequest;
  file_count: FileCountRequest;
}

export type CommandName = keyof CommandRequests;

/** Every command this package knows. */
export const COMMANDS: { readonly [C in CommandName]: CommandDefinition<CommandRequests[C]> } = {
  exist,
  get,
  put,
  del,
  get2,
  hexist,
  hget,
  hset,
  hdel,
  hincrby,
  hget2,
  keys,
  hkeys,
  stat,
  stat_all: statAll,
  file_count: fileCount,
};

/** A request with the name of its command; switching on `command` narrows `request`. */
export type NamedRequest = {
  [C in CommandName]: { readonly command: C; readonly request: CommandRequests[C] };
}[CommandName];
