import { string } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

/** A request that names one counter and nothing else; counters belong to no cache. */
export interface CounterNameRequest {
  readonly counterName: string;
}

/** `string counterName` */
export const counterNameRequest = struct<CounterNameRequest>(field('counterName', string));
