import { segmentOfKey, UNKNOWN_TOPOLOGY_ID } from '@kvtwin/hotrod-protocol';
import type { ServerChannel } from '../connection/server-channel.js';
import type { CallTarget } from '../pending-call.js';
import type { CacheTopology } from './cache-topology.js';
import type { SegmentView } from './segment-view.js';
import { type StoredKeyForm, storedKey, storedKeyForm } from './stored-key.js';

/** How requests with one target find their server: the cache's topology, and how their keys become the cache's. */
export class CacheRoute implements SegmentView {
  readonly target: CallTarget;
  /** Undefined until a reply told one. */
  topology: CacheTopology<ServerChannel> | undefined;
  /** How many caches had a topology when this one's was last looked for. */
  lookedUp = 0;
  #form: StoredKeyForm = 'unknown';
  #formFor: unknown;

  constructor(target: CallTarget) {
    this.target = target;
  }

  /** What the header of the next request says. */
  get topologyId(): number {
    return this.topology === undefined ? UNKNOWN_TOPOLOGY_ID : this.topology.topologyId;
  }

  /** The owners of a key in the target's media type, the primary first; undefined where that is not known. */
  ownersOf(key: Uint8Array): readonly ServerChannel[] | undefined {
    const segment = this.segmentOf(key);
    return segment === undefined ? undefined : this.topology?.owners?.[segment];
  }

  get segmentCount(): number {
    return this.topology?.segmentCount ?? 0;
  }

  segmentOf(key: Uint8Array): number | undefined {
    const { topology } = this;
    if (topology?.owners === undefined) return undefined;
    if (this.#formFor !== topology.storage) this.#learnForm(topology);
    const stored = this.#form === 'same' ? key : storedKey(this.#form, key);
    return stored === undefined ? undefined : segmentOfKey(stored, topology.segmentCount);
  }

  #learnForm({ storage }: CacheTopology<ServerChannel>): void {
    this.#formFor = storage;
    this.#form =
      typeof storage === 'string' ? 'unknown' : storedKeyForm(this.target.keyMediaType, storage.keyType);
  }
}
