import { HustDbNode, openHustDbStoreFamily } from '@kvtwin/hustdb-client';
import { HustDbProtocolError, parseTableFile, type TableFile, type TableSlot } from '@kvtwin/hustdb-protocol';
import { ReplicaPair } from '@kvtwin/replica-pair';
import type { StoreFamily, Two } from '@kvtwin/versioned-value';
import { ProxyError } from '../proxy-error.js';
import type { ProxyUser } from '../proxy-options.js';
import { NodeSide } from '../sides/node-side.js';
import { TableStores } from '../sides/table-stores.js';
import { TwoSides } from '../sides/two-sides.js';
import type { Cluster, ServedPair } from './cluster.js';

/** A node of the cluster with what is open to it. */
interface OpenNode {
  readonly family: StoreFamily;
  readonly side: NodeSide;
}

/** One table file as it is served. */
interface Generation {
  readonly text: string;
  readonly file: TableFile;
  /** By slot. Slots of one pair share it. */
  readonly pairs: readonly ServedPair[];
  readonly nodes: ReadonlyMap<string, OpenNode>;
}

/** How a {@link TableCluster} is opened. */
export interface TableClusterOptions {
  /** Credentials of all nodes; none: they ask for none. */
  readonly nodeUser: ProxyUser | undefined;
  /** How long what a newer table leaves out is kept for the requests under way, in ms. */
  readonly lingerMs: number;
}

/**
 * A cluster of many pairs of HustDB nodes, as a table file (`hustdbtable.json`) shares its slots among them. Nodes are numbered
 * (`peer`) in the order of their first place in the file.
 */
export class TableCluster implements Cluster {
  readonly policy = 'counter';
  readonly only = undefined;
  readonly #options: TableClusterOptions;
  readonly #leaving = new Map<NodeJS.Timeout, () => Promise<void>>();
  #generation: Generation;
  #closed = false;

  /** Throws `PROXY_INVALID_TABLE`. */
  static async open(text: string, options: TableClusterOptions): Promise<TableCluster> {
    return new TableCluster(await generationOf(text, new Map(), options), options);
  }

  private constructor(generation: Generation, options: TableClusterOptions) {
    this.#generation = generation;
    this.#options = options;
  }

  get names(): readonly string[] {
    return this.#generation.file.hosts;
  }

  pairOf(slot: number): ServedPair {
    return this.#generation.pairs[slot]!;
  }

  async peerCount(): Promise<number> {
    return this.#generation.file.hosts.length;
  }

  async peer(at: number): Promise<NodeSide | undefined> {
    const { file, nodes } = this.#generation;
    const host = file.hosts[at];
    return host === undefined ? undefined : nodes.get(host)?.side;
  }

  async tableFile(): Promise<string> {
    return this.#generation.text;
  }

  /**
   * Serves another table from now on. Nodes that stand in both stay open; requests under way end on the pairs on which they
   * began. Throws `PROXY_INVALID_TABLE`, and nothing has changed then.
   */
  async load(text: string): Promise<void> {
    const before = this.#generation;
    const next = await generationOf(text, before.nodes, this.#options);
    if (this.#closed) {
      await closeNodes(next.nodes, before.nodes);
      return;
    }
    this.#generation = next;
    const close = async (): Promise<void> => closeNodes(before.nodes, next.nodes);
    const timer = setTimeout(() => {
      this.#leaving.delete(timer);
      void close();
    }, this.#options.lingerMs);
    this.#leaving.set(timer, close);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const leaving = [...this.#leaving];
    this.#leaving.clear();
    for (const [timer] of leaving) clearTimeout(timer);
    await Promise.all([
      ...leaving.map(([, close]) => close()),
      closeNodes(this.#generation.nodes, new Map()),
    ]);
  }
}

/** Reads a table file and opens its nodes, without a round trip. */
async function generationOf(
  text: string,
  known: ReadonlyMap<string, OpenNode>,
  options: TableClusterOptions,
): Promise<Generation> {
  const file = readTable(text);
  const nodes = new Map<string, OpenNode>();
  try {
    for (const host of file.hosts)
      nodes.set(host, known.get(host) ?? (await openNode(host, options.nodeUser)));
  } catch (cause) {
    await closeNodes(nodes, known);
    throw new ProxyError('PROXY_INVALID_TABLE', `the table names a node that is no address: ${cause}`, {
      cause,
    });
  }
  return { text, file, nodes, pairs: pairsOf(file, nodes) };
}

function readTable(text: string): TableFile {
  try {
    return parseTableFile(text);
  } catch (cause) {
    if (!HustDbProtocolError.is(cause)) throw cause;
    throw new ProxyError('PROXY_INVALID_TABLE', cause.message, { cause });
  }
}

function pairsOf({ slots }: TableFile, nodes: ReadonlyMap<string, OpenNode>): ServedPair[] {
  const made = new Map<string, ServedPair>();
  return slots.map((slot) => {
    const name = slot.read.join(' ');
    let pair = made.get(name);
    if (pair === undefined) {
      pair = pairOfSlot(slot, nodes);
      made.set(name, pair);
    }
    return pair;
  });
}

function pairOfSlot({ read, write }: TableSlot, nodes: ReadonlyMap<string, OpenNode>): ServedPair {
  const older = read.slice(2);
  const before = older.length < 2 ? undefined : pairOfHosts([older[0]!, older[1]!], [], nodes, undefined);
  return pairOfHosts(write, older, nodes, before);
}

function pairOfHosts(
  hosts: Two<string>,
  olderHosts: readonly string[],
  nodes: ReadonlyMap<string, OpenNode>,
  older: ServedPair | undefined,
): ServedPair {
  const [first, second] = [nodes.get(hosts[0])!, nodes.get(hosts[1])!];
  const source = new ReplicaPair({
    first: first.family,
    second: second.family,
    policy: 'counter',
    names: hosts,
  });
  return {
    source,
    sideNames: hosts,
    tables: new TableStores(source),
    commands: new TwoSides(
      [first.side, second.side],
      olderHosts.map((host) => nodes.get(host)!.side),
    ),
    older,
  };
}

async function openNode(host: string, user: ProxyUser | undefined): Promise<OpenNode> {
  const at = host.lastIndexOf(':');
  const credentials =
    user === undefined ? '' : `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@`;
  const family = await openHustDbStoreFamily(`hustdb://${credentials}${host}`);
  const auth = user === undefined ? {} : { auth: { user: user.name, password: user.password } };
  const node = new HustDbNode({ host: host.slice(0, at), port: Number(host.slice(at + 1)), ...auth });
  return { family, side: new NodeSide(node) };
}

async function closeNodes(
  nodes: ReadonlyMap<string, OpenNode>,
  kept: ReadonlyMap<string, OpenNode>,
): Promise<void> {
  const gone = [...nodes].filter(([host]) => !kept.has(host));
  await Promise.all(gone.flatMap(([, { family, side }]) => [family.close(), side.close()]));
}
