import { type RequestMessage, segmentOfKey, type Topology } from '@kvtwin/hotrod-protocol';

/** How many keys of requests arrived at a node that owns them first, that owns a copy, or that has nothing of them. */
export interface KeyArrivals {
  readonly primary: number;
  readonly backup: number;
  readonly nonOwner: number;
}

/**
 * What one node of a cluster was asked, so that a test can tell how a client routes. Every
 * request that arrives counts, also one that is refused or that meets a fault.
 */
export class NodeRequests {
  readonly #byOperation = new Map<string, number>();
  #arrivals = { primary: 0, backup: 0, nonOwner: 0 };

  /** Requests by the name of their operation, `get`, `putAll`, `iterationStart` and so on. */
  get byOperation(): ReadonlyMap<string, number> {
    return this.#byOperation;
  }

  /** How often an operation was asked for. */
  count(operationName: string): number {
    return this.#byOperation.get(operationName) ?? 0;
  }

  /** All requests. */
  get total(): number {
    let total = 0;
    for (const count of this.#byOperation.values()) {
      total += count;
    }
    return total;
  }

  /** Where the keys of requests arrived; each key of a getAll or putAll counts. Only of caches that have owners. */
  get keys(): KeyArrivals {
    return { ...this.#arrivals };
  }

  /** Counts from zero again. */
  reset(): void {
    this.#byOperation.clear();
    this.#arrivals = { primary: 0, backup: 0, nonOwner: 0 };
  }

  /** The server notes each request. `member`: the index of this node in the topology; below 0: it is no member. */
  note({ operation, request }: RequestMessage, topology: Topology | undefined, member: number): void {
    this.#byOperation.set(operation.name, this.count(operation.name) + 1);
    const owners = topology?.hash?.owners ?? [];
    if (owners.length === 0) {
      return;
    }
    for (const key of keysOf(request)) {
      const position = owners[segmentOfKey(key, owners.length)]!.indexOf(member);
      this.#arrivals[position === 0 ? 'primary' : position > 0 ? 'backup' : 'nonOwner']++;
    }
  }
}

/** The keys that a request names, wherever its operation keeps them. */
function keysOf(request: unknown): readonly Uint8Array[] {
  const { key, keys, entries } = request as {
    key?: Uint8Array;
    keys?: readonly Uint8Array[];
    entries?: readonly { readonly key: Uint8Array }[];
  };
  return keys ?? entries?.map((entry) => entry.key) ?? (key === undefined ? [] : [key]);
}
