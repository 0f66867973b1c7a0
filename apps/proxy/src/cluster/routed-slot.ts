import { parseNodeQuery, slotOf } from '@kvtwin/hustdb-protocol';
import type { HaCall } from '../commands/ha-call.js';

/**
 * The slot of a call, as HustDB HA finds it: of the key as it stands in the query, still encoded; of a set's member; of a
 * sorted set's name. Differently escaped spellings of one key can so lie on different pairs, there as here.
 */
export function slotOfCall({ command, table, key, rawKey }: HaCall): number {
  switch (command.type) {
    case 'kv':
    case 'hash':
      return slotOf(Buffer.from(rawKey, 'latin1'));
    case 'set':
      return slotOf(key);
    case 'zset':
      return slotOf(Buffer.from(table));
  }
}

/** The text of `key` in a query, as a node would take it: the last one, undecoded. */
export function rawKeyOf(query: string): Uint8Array {
  return Buffer.from(parseNodeQuery(query).get('key') ?? '', 'latin1');
}
