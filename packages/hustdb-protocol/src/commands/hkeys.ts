import type { CommandDefinition } from '../command-definition.js';

/** `GET /hustdb/hkeys?tb=&offset=&size=[&start=][&end=][&noval=]`: the fields of a table. */
export interface HkeysRequest {
  readonly table: string;
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

export const hkeys: CommandDefinition<HkeysRequest> = {
  name: 'hkeys',
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
    path: '/hkeys',
    readsBody: false,
    checks: ['peer', 'table', 'offset', 'size'],
    checksTableName: true,
    refusal: 'closes',
  },
  node: { path: '/hustdb/hkeys', methods: ['GET'] },
};
