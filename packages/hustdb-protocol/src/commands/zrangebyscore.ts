import type { CommandDefinition } from '../command-definition.js';

/**
 * `GET /zrangebyscore?tb=&min=&max=&offset=&size=[&noval=]` and `GET /hustdb/zrangebyscore?…`: members with scores
 * from `min` to `max`.
 */
export interface ZrangebyscoreRequest {
  readonly table: string;
  /** Inclusive; absent: 0. */
  readonly min?: bigint;
  /** Inclusive; absent: 0. */
  readonly max?: bigint;
  readonly offset: number;
  readonly size: number;
  readonly start?: number;
  readonly end?: number;
  readonly noval?: boolean;
}

export const zrangebyscore: CommandDefinition<ZrangebyscoreRequest> = {
  name: 'zrangebyscore',
  reply: 'listing',
  scores: true,
  parameters: {
    table: 'required',
    min: 'optional',
    max: 'optional',
    offset: 'required',
    size: 'required',
    start: 'optional',
    end: 'optional',
    noval: 'optional',
  },
  ha: {
    path: '/zrangebyscore',
    readsBody: true,
    checks: ['table', 'min', 'max', 'offset', 'size'],
    checksTableName: true,
    refusal: 'closes',
  },
  node: { path: '/hustdb/zrangebyscore', methods: ['GET'] },
};
