import { readFile } from 'node:fs/promises';
import { HustDbCluster, type RoutedNodes } from '@kvtwin/hustdb-client';
import { HustDbProtocolError, parseTableFile } from '@kvtwin/hustdb-protocol';
import {
  type LocatedKey,
  type MigrateSource,
  type MigrateTarget,
  readMasters,
  type ScannedPart,
} from '@kvtwin/reconcile';
import { CliError } from '../command-line/cli-error.js';
import type { User } from '../proxy/read-users.js';
import { HustDbReplica } from './hustdb-replica.js';

/** A HustDB cluster of many pairs, as its table file tells: which two nodes are the masters of a key. */
export class HustDbCopies {
  readonly name: string;
  readonly replicas: readonly HustDbReplica[];
  readonly #cluster: HustDbCluster;
  readonly #byServer: ReadonlyMap<string, HustDbReplica>;

  private constructor(file: string, text: string, user: User | undefined) {
    this.name = file;
    this.#cluster = new HustDbCluster(text);
    const login =
      user === undefined ? '' : `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@`;
    this.replicas = this.#cluster.nodes.map(({ server }) => new HustDbReplica(`hustdb://${login}${server}`));
    this.#byServer = new Map(this.replicas.map((replica) => [replica.server, replica]));
  }

  /** `file`: `hustdbtable.json`. `user`: whom the nodes let in. */
  static async open(file: string, user: User | undefined): Promise<HustDbCopies> {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new CliError(`cannot read ${file}: ${error.message}`, { cause: error });
    });
    checkTable(file, text);
    return new HustDbCopies(file, text, user);
  }

  async source(): Promise<MigrateSource> {
    return {
      name: this.name,
      copies: 2,
      parts: await Promise.all(this.replicas.map((replica) => this.#part(replica))),
      read: (keys, call = {}) =>
        readMasters(
          keys,
          async (key) => {
            const [first, second] = this.#mastersOf(key);
            return [await first.store(key), await second.store(key)];
          },
          call,
        ),
    };
  }

  target(): MigrateTarget {
    return {
      name: this.name,
      copies: 2,
      maxLifespanMs: this.replicas[0]!.maxLifespanMs,
      storesOf: async (place, key) => {
        const masters = this.#mastersOf({ ...place, key });
        return Promise.all(masters.map((replica) => replica.store(place)));
      },
      shownAs: (place) => place,
      partsOf: () => Promise.all(this.replicas.map((replica) => this.#part(replica))),
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#cluster.close(), ...this.replicas.map((replica) => replica.close())]);
  }

  /** What a node shows of the keys of which it is a master; the others are counted. */
  async #part(replica: HustDbReplica): Promise<ScannedPart> {
    const { name, scan } = await replica.part();
    const isMaster = (key: LocatedKey): boolean => this.#mastersOf(key).includes(replica);
    return {
      name,
      async *scan(options) {
        for await (const { cursor, entries } of scan(options)) {
          const mastered = entries.filter(isMaster);
          yield { entries: mastered, cursor, strays: entries.length - mastered.length };
        }
      },
    };
  }

  #mastersOf(located: LocatedKey): readonly [HustDbReplica, HustDbReplica] {
    const [first, second] = this.#routed(located).write;
    return [this.#byServer.get(first.server)!, this.#byServer.get(second.server)!];
  }

  #routed({ type, table, key }: LocatedKey): RoutedNodes {
    if (type === 'set') return this.#cluster.ofMember(key);
    return type === 'zset' ? this.#cluster.ofSortedSet(table!) : this.#cluster.ofKey(key);
  }
}

/** While a pair is being split, a key may be on nodes that are no masters of it yet: then nothing can be said of it. */
function checkTable(file: string, text: string): void {
  try {
    const { slots } = parseTableFile(text);
    if (!slots.some(({ read }) => read.length > 2) && !/"decrease"\s*:/.test(text)) return;
  } catch (error) {
    if (!HustDbProtocolError.is(error)) throw error;
    throw new CliError(`${file}: ${error.message}`, { cause: error });
  }
  throw new CliError(`${file} says that the cluster is being changed (increase or decrease)`, {
    hint: 'migrate once that is over, with the table without it',
  });
}
