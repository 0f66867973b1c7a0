import { decodeUtf8, encodeUtf8 } from '@kvtwin/bytes';
import type { OrderedStore, OrderedWrite } from '../job/ordered-store.js';
import { decodeKeyRecord, encodeKeyRecord, type KeyRecord } from './key-record.js';
import { type LocatedKey, type Place, placeName, placeOf } from './located-key.js';
import { type MigrateCounts, noCounts, sumCounts, withKey } from './migrate-counts.js';
import { countsKey, locatedBytes, parseCountsKey, rangeOfSpace, spaces } from './migrate-keys.js';
import { type MigrateState, migrateStateWrite, newMigrateState, readMigrateState } from './migrate-state.js';

/** What became of one key, as against what was known of it. */
export interface KeyChange {
  readonly located: LocatedKey;
  readonly before: KeyRecord | undefined;
  /** Undefined: the source has it no more. */
  readonly after: KeyRecord | undefined;
  /** A line of JSON about a held key, or one that was skipped for a reason of its own. */
  readonly row?: string | undefined;
}

/** Counts of one place. */
export interface PlaceCounts extends MigrateCounts {
  readonly place: Place;
}

/** All that a migration knows, in an {@link OrderedStore}: what changes together is kept in one write. */
export class MigrateLedger {
  readonly #store: OrderedStore;
  readonly #places = new Map<string, PlaceCounts>();
  #state: MigrateState;
  #total: MigrateCounts = noCounts;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(store: OrderedStore, state: MigrateState) {
    this.#store = store;
    this.#state = state;
  }

  /** Takes up what is in the store. */
  static async open(store: OrderedStore): Promise<MigrateLedger> {
    const ledger = new MigrateLedger(store, (await readMigrateState(store)) ?? newMigrateState);
    for await (const entries of store.range(...rangeOfSpace(spaces.counts))) {
      for (const [name, value] of entries) {
        const place = parseCountsKey(name);
        ledger.#places.set(placeName(place), { ...(JSON.parse(decodeUtf8(value)) as MigrateCounts), place });
      }
    }
    ledger.#total = sumCounts(ledger.#places.values());
    return ledger;
  }

  get store(): OrderedStore {
    return this.#store;
  }

  get state(): MigrateState {
    return this.#state;
  }

  get total(): MigrateCounts {
    return this.#total;
  }

  /** In the order of their names. Places of which nothing is left are not among them. */
  get places(): readonly PlaceCounts[] {
    return [...this.#places.values()]
      .filter(({ source }) => source > 0)
      .sort((one, other) => (placeName(one.place) < placeName(other.place) ? -1 : 1));
  }

  async record(located: LocatedKey): Promise<KeyRecord | undefined> {
    const bytes = await this.#store.get(locatedBytes(located, [spaces.record]));
    return bytes === undefined ? undefined : decodeKeyRecord(bytes);
  }

  /** Keeps changes of keys, the state after them, and further writes, all of it or nothing. One commit at a time. */
  commit(
    changes: readonly KeyChange[],
    next: (state: MigrateState) => MigrateState,
    more: readonly OrderedWrite[] = [],
  ): Promise<void> {
    const done = this.#turn.then(() => this.#commit(changes, next, more));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #commit(
    changes: readonly KeyChange[],
    next: (state: MigrateState) => MigrateState,
    more: readonly OrderedWrite[],
  ): Promise<void> {
    const writes: OrderedWrite[] = [...more];
    const touched = new Map<string, PlaceCounts>();
    let total = this.#total;
    for (const change of changes) {
      const { after, before, located } = change;
      writes.push([
        locatedBytes(located, [spaces.record]),
        after === undefined ? undefined : encodeKeyRecord(after),
      ]);
      writes.push(...rowWrites(change));
      const name = placeName(located);
      const counts = touched.get(name) ?? this.#places.get(name) ?? { ...noCounts, place: placeOf(located) };
      const step = (all: MigrateCounts): MigrateCounts => withKey(withKey(all, before, -1), after, 1);
      touched.set(name, { ...step(counts), place: counts.place });
      total = step(total);
    }
    for (const { place, ...counts } of touched.values()) {
      writes.push([countsKey(place), encodeUtf8(JSON.stringify(counts))]);
    }
    const state = next(this.#state);
    await this.#store.write([...writes, migrateStateWrite(state)]);
    for (const [name, counts] of touched) this.#places.set(name, counts);
    this.#state = state;
    this.#total = total;
  }
}

/** Rows stand beside records: a held key has one, and one that was skipped for a reason of its own. */
function rowWrites({ after, before, located, row }: KeyChange): OrderedWrite[] {
  const writes: OrderedWrite[] = [];
  for (const [outcome, space] of [
    ['held', spaces.held],
    ['skipped', spaces.skipped],
  ] as const) {
    if (after?.outcome === outcome) {
      if (row !== undefined) writes.push([locatedBytes(located, [space]), encodeUtf8(row)]);
    } else if (before?.outcome === outcome) writes.push([locatedBytes(located, [space]), undefined]);
  }
  return writes;
}
