import {
  type Clock,
  openMemoryStoreFamily,
  type ScanOptions,
  type StoreFamily,
  type Two,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import { type Place, placeName } from '../src/migrate/located-key.js';
import type { LocatedBatch, MigrateSource, ScannedPart } from '../src/migrate/migrate-source.js';
import type { MigrateTarget } from '../src/migrate/migrate-target.js';
import { readMasters } from '../src/migrate/read-masters.js';

/** One replica in memory whose places are known. */
export class MemoryReplica {
  readonly family: StoreFamily;
  readonly #stores = new Map<string, { readonly place: Place; readonly store: Promise<VersionedStore> }>();
  /** Stands around every store that is opened. */
  alter: (store: VersionedStore) => VersionedStore = (store) => store;

  constructor(
    readonly name: string,
    clock: Clock,
  ) {
    this.family = openMemoryStoreFamily(name, { clock });
  }

  store({ type, table }: Place): Promise<VersionedStore> {
    const place = table === undefined ? { type } : { type, table };
    const known = this.#stores.get(placeName(place));
    if (known !== undefined) return known.store;
    const store = this.family.open(place).then((opened) => this.alter(opened));
    this.#stores.set(placeName(place), { place, store });
    return store;
  }

  /** `place`: `kv`, `hash sessions`. */
  async put(place: string, key: string, value: string): Promise<void> {
    const [type, table] = place.split(' ') as [Place['type'], string | undefined];
    const store = await this.store(table === undefined ? { type } : { type, table });
    await store.put(new TextEncoder().encode(key), new TextEncoder().encode(value));
  }

  /** Every place that was opened, one after the other. The cursor: `place:cursor of its store`. */
  get part(): ScannedPart {
    const stores = this.#stores;
    return {
      name: this.name,
      async *scan({ cursor = '0:', ...options }: ScanOptions): AsyncGenerator<LocatedBatch> {
        const [from, inner] = [Number(cursor.split(':')[0]), cursor.slice(cursor.indexOf(':') + 1)];
        for (const [at, { place, store }] of [...stores.values()].entries()) {
          if (at < from) continue;
          const begin = at === from && inner !== '' ? { cursor: inner } : {};
          for await (const batch of (await store).scan({ ...options, ...begin })) {
            yield {
              entries: batch.entries.map((entry) => ({ ...entry, ...place })),
              cursor: `${at}:${batch.cursor}`,
            };
          }
        }
      },
    };
  }

  /** `kv a=1`, `hash t/f=2` … in the order of their names. */
  async contents(): Promise<string[]> {
    const lines: string[] = [];
    for await (const { entries } of this.part.scan({})) {
      for (const { entry, key, table, type } of entries) {
        lines.push(`${type} ${table === undefined ? '' : `${table}/`}${text(key)}=${text(entry.value)}`);
      }
    }
    return lines.sort();
  }
}

/** A source of one replica. */
export function oneSource(replica: MemoryReplica): MigrateSource {
  return {
    name: replica.name,
    parts: [replica.part],
    copies: 1,
    read: async (keys, call) =>
      Promise.all(
        keys.map(async ({ key, ...place }) => {
          const entry = await (await replica.store(place)).get(key, call);
          return entry === undefined ? { kind: 'absent' } : { kind: 'value', entry };
        }),
      ),
  };
}

/** A source of two masters. */
export function pairSource(first: MemoryReplica, second: MemoryReplica): MigrateSource {
  return {
    name: `${first.name},${second.name}`,
    parts: [first.part, second.part],
    copies: 2,
    read: (keys, call = {}) =>
      readMasters(
        keys,
        async (place): Promise<Two<VersionedStore>> => [await first.store(place), await second.store(place)],
        call,
      ),
  };
}

/** A target of one replica, or of two masters. */
export function targetOf(...replicas: readonly MemoryReplica[]): MigrateTarget {
  return {
    name: replicas.map(({ name }) => name).join(),
    copies: replicas.length as 1 | 2,
    storesOf: (place) => Promise.all(replicas.map((replica) => replica.store(place))),
    shownAs: (place) => place,
    partsOf: async () => replicas.map((replica) => replica.part),
  };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
