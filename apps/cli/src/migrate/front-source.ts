import {
  HustDbHa,
  type KeyPage,
  type ListKeysOptions,
  openHustDbHaPairSource,
  parseHustDbUrl,
  storeErrorOf,
} from '@kvtwin/hustdb-client';
import {
  isOfOneKey,
  type LocatedKey,
  type MigrateSource,
  notTold,
  type ScannedPart,
  type SourceRead,
} from '@kvtwin/reconcile';
import {
  type CallOptions,
  type PairRead,
  type PairSource,
  type PairStore,
  type SideRead,
  StoreError,
  type Two,
} from '@kvtwin/versioned-value';
import { withoutCredentials } from '../sides/without-credentials.js';
import { estimatesOf, scanListing } from './hustdb-replica.js';
import type { ReplicaReport } from './replica.js';

/** How many keys are asked for at once: as many as the client has connections. */
const readsAtOnce = 16;

/**
 * The cluster behind a HustDB HA front, by what the front itself tells: listings of its nodes, and `get2` and its like for
 * what both masters hold.
 */
export class FrontCopies {
  readonly name: string;
  readonly #client: HustDbHa;
  readonly #pair: PairSource;
  readonly #stores = new Map<string, Promise<PairStore>>();

  private constructor(url: string, client: HustDbHa, pair: PairSource) {
    this.name = withoutCredentials(url);
    this.#client = client;
    this.#pair = pair;
  }

  static async open(url: string): Promise<FrontCopies> {
    try {
      return new FrontCopies(
        url,
        new HustDbHa(parseHustDbUrl(url, 'hustdb+ha')),
        await openHustDbHaPairSource(url),
      );
    } catch (error) {
      throw storeErrorOf(error, withoutCredentials(url), 'open');
    }
  }

  /** Asks the front how many nodes it has. */
  async source(call: CallOptions): Promise<MigrateSource> {
    const peers = await this.#asking('peer_count', () => this.#client.peerCount(call));
    const parts = Array.from({ length: peers }, (_, peer) => this.#part(peer));
    return {
      name: this.name,
      parts,
      copies: 2,
      comparesBeyondNul: false,
      read: (keys, options = {}) => this.#read(keys, options),
    };
  }

  /** What each node tells through the front. */
  async reports(call: CallOptions): Promise<ReplicaReport[]> {
    return this.#asking('preflight', async () => {
      const version = (await this.#client.version(call)) ?? 'HustDB HA';
      const peers = await this.#client.peerCount(call);
      const reports: ReplicaReport[] = [];
      for (let peer = 0; peer < peers; peer++) {
        const files = await this.#client.fileCount(peer, call);
        const estimates = estimatesOf(await this.#client.statistics(peer, call));
        reports.push({ name: `${this.name} peer ${peer}`, about: `${version}, ${files} files`, estimates });
      }
      return reports;
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#client.close(), this.#pair.close()]);
  }

  #part(peer: number): ScannedPart {
    const name = `${this.name} peer ${peer}`;
    const list = (options: ListKeysOptions): AsyncIterable<KeyPage> =>
      this.#client.listKeys({ ...options, peers: [peer] });
    return { name, scan: (options) => scanListing(name, list, options) };
  }

  async #read(keys: readonly LocatedKey[], call: CallOptions): Promise<SourceRead[]> {
    const reads = new Array<SourceRead>(keys.length);
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let at = next++; at < keys.length; at = next++) reads[at] = await this.#readOne(keys[at]!, call);
    };
    await Promise.all(Array.from({ length: Math.min(readsAtOnce, keys.length) }, worker));
    return reads;
  }

  async #readOne({ key, type, table }: LocatedKey, call: CallOptions): Promise<SourceRead> {
    try {
      const store = await this.#store({ type, ...(table === undefined ? {} : { table }) });
      const read = await store.read(key, call);
      if (read.kind !== 'unreadable') return told(read);
      const failed = read.sides.find((side) => side.state === 'failed');
      if (failed?.state === 'failed') return unreadable(failed.error);
      // 404: absent, on one side only, or a failure. The plain read tells whether any master has it.
      const sides = (await store.readFirst?.(key, call)) ?? read.sides;
      const found = sides.some((side) => side.state === 'present');
      return found ? { kind: 'disagree', why: 'one-sided', sides } : { kind: 'absent' };
    } catch (error) {
      call.signal?.throwIfAborted();
      if (StoreError.is(error)) return unreadable(error);
      throw error;
    }
  }

  #store(place: Parameters<PairSource['open']>[0]): Promise<PairStore> {
    const name = `${place.type}/${place.table ?? ''}`;
    const known = this.#stores.get(name);
    if (known !== undefined) return known;
    const opened = this.#pair.open(place);
    this.#stores.set(name, opened);
    return opened;
  }

  async #asking<T>(operation: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw storeErrorOf(error, this.name, operation);
    }
  }
}

function unreadable(error: StoreError): SourceRead {
  return isOfOneKey(error) ? notTold : { kind: 'unreadable', error };
}

/** What a front's answer means for a copy. */
function told(read: Exclude<PairRead, { kind: 'unreadable' }>): SourceRead {
  const sides = read.sides as Two<SideRead>;
  if (read.kind === 'absent') return { kind: 'absent' };
  if (read.kind === 'value-conflict' || read.kind === 'diverged' || read.kind === 'one-sided') {
    return { kind: 'disagree', why: read.kind, sides };
  }
  const [first] = sides;
  // A set's member has no value.
  if (first.state === 'present') return { kind: 'value', entry: first.entry };
  return { kind: 'disagree', why: 'not-told', sides };
}
