import { HustDbHa, parseHustDbUrl, storeErrorOf } from '@kvtwin/hustdb-client';
import type { PairSource, Two } from '@kvtwin/versioned-value';
import { FrontCommands, FrontPeer } from '../commands/front-commands.js';
import type { SidesOptions } from '../proxy-options.js';
import { type OpenedPair, openPair } from '../sides/open-pair.js';
import { sideOf } from '../sides/side-of.js';
import { TableStores } from '../sides/table-stores.js';
import { TwoSides } from '../sides/two-sides.js';
import { UnknownSides } from '../sides/unknown-sides.js';
import type { Cluster, ServedPair } from './cluster.js';

/** A cluster of one pair that holds all slots. */
export async function openSinglePair(options: SidesOptions): Promise<Cluster> {
  const opened = await openPair(options);
  if (opened.backends !== undefined) return clusterOfTwoSides(opened, options, opened.backends);
  if (typeof options.pair === 'string') {
    return clusterOfFront(opened, new HustDbHa(parseHustDbUrl(options.pair, 'hustdb+ha')));
  }
  return clusterOfPair(opened.source, opened.sideNames, opened.close);
}

/** A cluster over a pair that is nothing but a pair: what asks single sides is not supported. */
export function clusterOfPair(
  source: PairSource,
  sideNames: Two<string>,
  close: () => Promise<void> = async () => {},
): Cluster {
  const commands = new UnknownSides(source.name);
  return {
    ...onePair({ source, sideNames, tables: new TableStores(source), commands, older: undefined }),
    peerCount: async () => 2,
    peer: async (at) => (at === 0 || at === 1 ? commands : undefined),
    tableFile: async () => tableOf(sideNames),
    close,
  };
}

async function clusterOfTwoSides(
  { source, sideNames, close }: OpenedPair,
  { first, second }: SidesOptions,
  backends: NonNullable<OpenedPair['backends']>,
): Promise<Cluster> {
  const sides = [await sideOf(first!, backends[0]), await sideOf(second!, backends[1])] as const;
  const commands = new TwoSides(sides);
  return {
    ...onePair({ source, sideNames, tables: new TableStores(source), commands, older: undefined }),
    peerCount: async () => 2,
    peer: async (at) => sides[at],
    tableFile: async () => tableOf(sideNames),
    close: async () => {
      await Promise.all([sides[0].close(), sides[1].close(), close()]);
    },
  };
}

/** The front has its own table and its own nodes; both are asked of it. */
function clusterOfFront({ source, sideNames, close }: OpenedPair, front: HustDbHa): Cluster {
  const commands = new FrontCommands(front, sideNames);
  const toldCount = (timeoutMs: number): Promise<number | undefined> =>
    asked(front, 'peer_count', async () => countIn(await front.text('peer_count', {}, { timeoutMs })));
  let known = 0;
  return {
    ...onePair({ source, sideNames, tables: new TableStores(source), commands, older: undefined }),
    peerCount: async (timeoutMs) => (await toldCount(timeoutMs)) ?? 0,
    // A front closes the connection for a number that it does not have, as one does that is broken. One that does not tell how
    // many it has is asked all the same.
    peer: async (at, timeoutMs) => {
      if (at >= known) known = (await toldCount(timeoutMs)) ?? at + 1;
      return at < known ? new FrontPeer(front, at) : undefined;
    },
    tableFile: (timeoutMs) =>
      asked(front, 'get_table', async () => (await front.getTable({ timeoutMs })) ?? tableOf(sideNames)),
    close: async () => {
      await Promise.all([front.close(), close()]);
    },
  };
}

function countIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}

/** What the front's client throws, as a StoreError. */
async function asked<R>(front: HustDbHa, operation: string, ask: () => Promise<R>): Promise<R> {
  try {
    return await ask();
  } catch (error) {
    throw storeErrorOf(error, front.server, operation);
  }
}

function onePair(pair: ServedPair): Pick<Cluster, 'policy' | 'only' | 'pairOf' | 'names'> {
  return { policy: pair.source.policy, only: pair, pairOf: () => pair, names: pair.sideNames };
}

/** The hash table of a cluster of one pair, as HustDB HA shows its own. */
function tableOf(sideNames: Two<string>): string {
  return JSON.stringify({ table: [{ item: { key: [0, 1024], val: sideNames } }] });
}
