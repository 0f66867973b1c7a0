import { ReplicaPairStore } from '@kvtwin/replica-pair';
import {
  ManualClock,
  openMemoryStoreFamily,
  type StoreFamily,
  type Two,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import { makePlan } from '../src/plan/make-plan.js';
import type { PlanRow } from '../src/plan/plan-row.js';
import { parsePlanRule } from '../src/plan/plan-rule.js';

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Two sites in memory on one clock. Values that begin with `mortal` live a minute, `x@5000` is `x` for 5 s. */
export class DriftedSite {
  readonly clock = new ManualClock();
  readonly families: Two<StoreFamily> = [
    openMemoryStoreFamily('lon', { clock: this.clock }),
    openMemoryStoreFamily('nyc', { clock: this.clock }),
  ];
  stores!: Two<VersionedStore>;

  static async with(
    keys: Record<string, [string?, string?]>,
    as: (store: VersionedStore) => VersionedStore = (store) => store,
  ): Promise<DriftedSite> {
    const site = new DriftedSite();
    site.stores = [
      as(await site.families[0].open({ type: 'kv' })),
      as(await site.families[1].open({ type: 'kv' })),
    ];
    for (const [key, values] of Object.entries(keys)) {
      for (const side of [0, 1] as const) {
        const value = values[side];
        if (value === undefined) continue;
        const [text = '', lifespan] = value.split('@');
        const lifespanMs = text.startsWith('mortal') ? 60_000 : Number(lifespan ?? 0);
        await site.stores[side].put(utf8(key), utf8(text), lifespanMs === 0 ? {} : { lifespanMs });
      }
    }
    return site;
  }

  pair(stores: Two<VersionedStore> = this.stores): ReplicaPairStore {
    return new ReplicaPairStore({ first: stores[0], second: stores[1], policy: 'opaque', clock: this.clock });
  }

  async rows(keys: string[], rules: string[]): Promise<PlanRow[]> {
    const source = keys.map((key) => ({ key: utf8(key), class: 'value-conflict' as const }));
    const rows: PlanRow[] = [];
    const parsed = rules.map((rule) => parsePlanRule(rule));
    for await (const row of makePlan(this.pair(), source, parsed)) rows.push(row);
    return rows;
  }

  async state(): Promise<Record<string, [string?, string?]>> {
    const all: Record<string, [string?, string?]> = {};
    for (const side of [0, 1] as const) {
      for await (const { entries } of this.stores[side].scan()) {
        for (const { key, entry } of entries) {
          const name = text(key);
          all[name] ??= [];
          const left =
            entry.expiration.kind === 'mortal' ? ` ${entry.createdAtMs! + entry.expiration.lifespanMs!}` : '';
          all[name][side] = text(entry.value) + left;
        }
      }
    }
    return all;
  }
}
