import type { CommandDefinition } from '../command-definition.js';

/** `GET /hustdb/smembers?tb=&offset=&size=[&start=][&end=]`: the members of a set. */
export interface SmembersRequest {
  /** At the HA: the node to ask. */
  readonly peer?: number;
  readonly table: string;
  readonly offset: number;
  readonly size: number;
  readonly start?: number;
  readonly end?: number;
  readonly noval?: boolean;
  /** From a finished export of the same range, which only a real node has. */
  readonly async?: boolean;
}

export const smembers: CommandDefinition<SmembersRequest> = {
  name: 'smembers',
  reply: 'listing',
  parameters: {
    peer: 'optional',
    table: 'required',
    offset: 'required',
    size: 'required',
    start: 'optional',
    end: 'optional',
    noval: 'optional',
    async: 'optional',
  },
  ha: {
    path: '/smembers',
    readsBody: false,
    checks: ['peer', 'table', 'offset', 'size'],
    checksTableName: true,
    refusal: 'closes',
  },
  node: { path: '/hustdb/smembers', methods: ['GET'] },
};
