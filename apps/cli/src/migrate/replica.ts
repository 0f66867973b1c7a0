import type { LocatedKey, Place, ScannedPart, TargetPlace } from '@kvtwin/reconcile';
import type { CallOptions, VersionedStore } from '@kvtwin/versioned-value';

/** How many keys lie in a place, as far as a server tells without going through them. */
export interface PlaceEstimate {
  /** Undefined: of all places together. */
  readonly place: Place | undefined;
  readonly keys: number;
}

/** What a preflight finds out about one server. */
export interface ReplicaReport {
  readonly name: string;
  /** What it is and which version, as far as it tells. */
  readonly about: string;
  /** Empty where it does not tell. */
  readonly estimates: readonly PlaceEstimate[];
}

/** One copy of keys: a HustDB node, or caches of a Hot Rod server. */
export interface Replica {
  /** The URL without credentials. */
  readonly name: string;
  /** Goes through kv and tables; `cache` names another cache than the URL. */
  part(place?: Pick<TargetPlace, 'cache' | 'layout' | 'mediaType'>): Promise<ScannedPart>;
  /** The same object for the same place. */
  store(place: TargetPlace): Promise<VersionedStore>;
  /** Where a key of that place ends up in what `part` shows. */
  shownAs(place: TargetPlace): TargetPlace;
  /** Asks it what it is and how much it holds; rejects where it does not answer. */
  report(call: CallOptions): Promise<ReplicaReport>;
  /**
   * Rejects where keys of that place cannot be read: no such cache, another encoding, no right to. Answers what is to be told
   * of the place besides the report, such as how another cache stores entries.
   */
  probe(place: TargetPlace, call: CallOptions): Promise<string | undefined>;
  /** The longest lifespan that it keeps. */
  readonly maxLifespanMs?: number;
  close(): Promise<void>;
}

/** The stores of a replica that were opened, each once. */
export class OpenStores {
  readonly #stores = new Map<string, Promise<VersionedStore>>();

  /** `name`: of the place. A store that could not be opened is tried again. */
  take(name: string, open: () => Promise<VersionedStore>): Promise<VersionedStore> {
    const known = this.#stores.get(name);
    if (known !== undefined) return known;
    const opened = open();
    this.#stores.set(name, opened);
    opened.catch(() => this.#stores.delete(name));
    return opened;
  }
}

/** Reads one key of a replica. */
export async function readFrom(replica: Replica, { key, type, table }: LocatedKey, call: CallOptions) {
  const store = await replica.store(table === undefined ? { type } : { type, table });
  return store.get(key, call);
}
