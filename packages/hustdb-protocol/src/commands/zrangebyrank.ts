import type { CommandDefinition } from '../command-definition.js';

/**
 * `GET /zrangebyrank?tb=&offset=&size=[&noval=]` and `GET /hustdb/zrangebyrank?…`: members in the order of their
 * scores.
 */
export interface ZrangebyrankRequest {
  readonly table: string;
  readonly offset: number;
  readonly size: number;
  readonly start?: number;
  readonly end?: number;
  readonly noval?: boolean;
  /** From a finished export of the same range, which only a real node has. */
  readonly async?: boolean;
}

export const zrangebyrank: CommandDefinition<ZrangebyrankRequest> = {
  name: 'zrangebyrank',
  reply: 'listing',
  scores: true,
  parameters: {
    table: 'required',
    offset: 'required',
    size: 'required',
    start: 'optional',
    end: 'optional',
    noval: 'optional',
    async: 'optional',
  },
  ha: {
    path: '/zrangebyrank',
    readsBody: true,
    checks: ['table'],
    checksTableName: false,
    refusal: 'not-found',
  },
  node: { path: '/hustdb/zrangebyrank', methods: ['GET'] },
};
