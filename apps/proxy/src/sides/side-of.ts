import { openHotRodStoreFamily } from '@kvtwin/hotrod-client';
import { HustDbNode, parseHustDbUrl } from '@kvtwin/hustdb-client';
import type { CallOptions, ScannedEntry, StoreFamily, StoreSelector } from '@kvtwin/versioned-value';
import type { SideOption } from '../proxy-options.js';
import {
  type CacheContents,
  type CacheLayout,
  type FoundTable,
  sortCacheContents,
} from './hotrod-cache-contents.js';
import { NodeSide } from './node-side.js';
import type { Backend } from './open-backend.js';
import type { Side } from './side.js';
import { collectEntries } from './store-listing.js';
import { StoreSide } from './store-side.js';

/**
 * What a side does beyond reads and writes of single keys: a HustDB node by itself, on connections of its own; any other
 * store through its family. Of a Hot Rod cache that kv and tables share the bare entries are read too, to know its tables.
 */
export async function sideOf(option: SideOption, backend: Backend): Promise<Side> {
  const { label: name, family, tables } = backend;
  if (tables !== undefined) {
    return new StoreSide({ name, family, contents: (call) => readTables(family, tables(), call) });
  }
  if (typeof option !== 'string') return new StoreSide({ name, family });
  if (/^hustdb:\/\//i.test(option)) return new NodeSide(new HustDbNode(parseHustDbUrl(option, 'hustdb')));
  if (!/^hotrods?:\/\//i.test(option)) return new StoreSide({ name, family });
  const { bare, layout } = bareCache(option);
  if (bare === undefined) return new StoreSide({ name, family });
  const bareFamily = await openHotRodStoreFamily(bare);
  const contents = (call: CallOptions): Promise<CacheContents> => readContents(bareFamily, layout, call);
  return new StoreSide({ name, family, contents, closeAlso: () => bareFamily.close() });
}

/** The kv space, and each table of those that there are. */
async function readTables(
  family: StoreFamily,
  selectors: readonly StoreSelector[],
  call: CallOptions,
): Promise<CacheContents> {
  const entriesOf = async (selector: StoreSelector): Promise<ScannedEntry[]> => {
    const store = await family.open(selector);
    try {
      return await collectEntries(store, call, true);
    } finally {
      await store.close();
    }
  };
  const kv = await entriesOf({ type: 'kv' });
  const tables: FoundTable[] = [];
  for (const selector of selectors) {
    const { type, table = '' } = selector;
    if (type !== 'kv') tables.push({ name: table, type, entries: await entriesOf(selector) });
  }
  return { kv, tables };
}

async function readContents(
  family: StoreFamily,
  layout: CacheLayout,
  call: CallOptions,
): Promise<CacheContents> {
  const store = await family.open({ type: 'kv' });
  try {
    return sortCacheContents(await collectEntries(store, call, true), layout);
  } finally {
    await store.close();
  }
}

/** The URL under which the same cache shows its entries as they are; none where each table is a cache of its own. */
function bareCache(url: string): { readonly bare: string | undefined; readonly layout: CacheLayout } {
  const [address, query = ''] = url.split('?', 2) as [string, string?];
  const options = new URLSearchParams(query);
  const isSet = (name: string): boolean => ['1', 'true'].includes(options.get(name) ?? '');
  const layout = {
    typed: options.get('layout') === 'typed',
    enveloped: isSet('envelope'),
    adopt: isSet('adopt'),
  };
  if (options.get('tables') === 'caches') return { bare: undefined, layout };
  for (const name of ['envelope', 'adopt', 'tables']) options.delete(name);
  options.set('layout', 'raw');
  return { bare: `${address}?${options}`, layout };
}
