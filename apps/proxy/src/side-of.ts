import { HustDbNode, parseHustDbUrl } from '@kvtwin/hustdb-client';
import type { StoreFamily } from '@kvtwin/versioned-value';
import { NodeSide } from './node-side.js';
import type { SideOption } from './proxy-options.js';
import type { Side } from './side.js';
import { StoreSide } from './store-side.js';

/**
 * What a side does beyond reads and writes of single keys: a HustDB node by itself, on connections of its own; any other
 * store through `family`.
 */
export function sideOf(option: SideOption, name: string, family: StoreFamily): Side {
  if (typeof option === 'string' && /^hustdb:\/\//i.test(option)) {
    return new NodeSide(new HustDbNode(parseHustDbUrl(option, 'hustdb')));
  }
  return new StoreSide({ name, family });
}
