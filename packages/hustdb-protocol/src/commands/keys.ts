import type { CommandDefinition } from '../command-definition.js';

/** `GET /hustdb/keys?offset=&size=&file=[&start=][&end=][&noval=]`: the keys of one of the node's files, tables included. */
export interface KeysRequest {
  readonly file: number;
  readonly offset: number;
  readonly size: number;
  readonly start?: number;
  readonly end?: number;
  readonly noval?: boolean;
  /** From a finished export of the same range, which only a real node has. */
  readonly async?: boolean;
  /** At the HA: the node to ask. */
  readonly peer?: number;
}

export const keys: CommandDefinition<KeysRequest> = {
  name: 'keys',
  reply: 'listing',
  parameters: {
    peer: 'optional',
    offset: 'required',
    size: 'required',
    file: 'required',
    start: 'optional',
    end: 'optional',
    noval: 'optional',
    async: 'optional',
  },
  ha: {
    path: '/keys',
    readsBody: false,
    checks: ['peer', 'offset', 'size', 'file'],
    checksTableName: false,
    refusal: 'closes',
  },
  node: { path: '/hustdb/keys', methods: ['GET'] },
};
