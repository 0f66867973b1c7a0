import { configurationDir } from './infinispan-assembly.js';
import { InfinispanNode } from './infinispan-node.js';
import { CRASH_DETECTION_OFFSET, freeServerPorts } from './server-ports.js';
import { untilSitesMeet } from './until-sites-meet.js';

/** For the bridge between the sites: they may have to find each other a second time. */
const MEETING_LIMIT_MS = 60_000;

/** Options of {@link startSitePair}. */
export interface SitePairOptions {
  /** Names of the two sites. Default `lon` and `nyc`. */
  readonly sites?: readonly [string, string];
  /** Largest heap of each site's node. Default 256. */
  readonly heapMb?: number;
  /** How long each may take to serve; 120,000 by default. */
  readonly startLimitMs?: number;
  readonly log?: (line: string) => void;
}

/** Two sites of one node each, with the caches of sites.xml: each write is on both sites before it is answered. */
export interface SitePair {
  readonly first: InfinispanNode;
  readonly second: InfinispanNode;
  stop(): Promise<void>;
}

/** Assembles the server if need be, starts both sites and resolves once both serve and back each other up. */
export async function startSitePair(options: SitePairOptions = {}): Promise<SitePair> {
  const sites = options.sites ?? ['lon', 'nyc'];
  const [first, second] = await siteNodes(sites, options);
  const stop = async (): Promise<void> => {
    await Promise.all([first.remove(), second.remove()]);
  };
  try {
    await Promise.all([first.start(), second.start()]);
    const named = [
      { name: sites[0], node: first },
      { name: sites[1], node: second },
    ] as const;
    await untilSitesMeet(named, 'survival', MEETING_LIMIT_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  return { first, second, stop };
}

async function siteNodes(
  sites: readonly [string, string],
  options: SitePairOptions,
): Promise<[InfinispanNode, InfinispanNode]> {
  // The second pair of ports of each site is that of the bridge between the two.
  const [first, firstBridge, second, secondBridge] = await freeServerPorts(4);
  const bridges = `127.0.0.1[${firstBridge!.cluster}],127.0.0.1[${secondBridge!.cluster}]`;
  const node = (index: 0 | 1): InfinispanNode => {
    const own = index === 0 ? first! : second!;
    const bridge = index === 0 ? firstBridge! : secondBridge!;
    return new InfinispanNode({
      name: `site-${sites[index]}`,
      port: own.endpoint,
      heapMb: options.heapMb ?? 256,
      startLimitMs: options.startLimitMs ?? 120_000,
      log: options.log ?? (() => undefined),
      configuration: {
        directory: configurationDir,
        file: 'sites.xml',
        properties: {
          'kvtwin.site': sites[index],
          'kvtwin.first-site': sites[0],
          'kvtwin.second-site': sites[1],
          'kvtwin.other-site': sites[1 - index]!,
          'kvtwin.port': String(own.endpoint),
          'kvtwin.cluster-port': String(own.cluster),
          'kvtwin.bridge-port': String(bridge.cluster),
          'kvtwin.bridge-hosts': bridges,
          'jgroups.bind_addr': '127.0.0.1',
          'jgroups.fd.port-offset': String(CRASH_DETECTION_OFFSET),
          'jgroups.join_timeout': '500ms',
        },
      },
    });
  };
  return [node(0), node(1)];
}
