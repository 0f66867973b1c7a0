import { type RunningProxy as HaProxy, startProxy } from '@kvtwin/proxy';
import { onNextFreePort } from './on-next-free-port.js';
import { type HustDbPair, startHustDbPair } from './start-hustdb-pair.js';
import { type Sites, siteUrl, startSites } from './start-sites.js';

/** Everything that a demo runs. */
export interface Demo {
  readonly sites: Sites;
  readonly pair: HustDbPair;
  /** Over the two HustDB nodes: strict, versions compared. */
  readonly hustdb: HaProxy;
  /** Over the two Hot Rod sites: extended, versions opaque. */
  readonly overSites: HaProxy;
  /** Over one HustDB node and nothing: extended. */
  readonly lame: HaProxy;
  close(): Promise<void>;
}

/** Nothing listens there: port 1 is reserved for a service that nobody runs any more. */
export const deadSide = 'hustdb://127.0.0.1:1';

/** Starts it all; `port` is where the first proxy tries to listen. What was started is closed where the rest fails. */
export async function startDemo(seed: number, port: number): Promise<Demo> {
  const started: { close(): Promise<void> }[] = [];
  const closeAll = async (): Promise<void> => {
    // Callers first, so that no proxy sees its backends go.
    for (const one of started.splice(0).reverse()) await one.close();
  };
  const keep = <T extends { close(): Promise<void> }>(one: T): T => {
    started.push(one);
    return one;
  };
  try {
    const sites = keep(await startSites(seed, port === 0));
    const pair = keep(await startHustDbPair());
    const [first, second] = pair.nodes.map((node) => node.url) as [string, string];
    const hustdb = keep(await proxyFrom(port, { first, second, compat: 'strict', versions: 'counter' }));
    const next = portBehind(port, hustdb.port);
    const overSites = keep(
      await proxyFrom(next, {
        first: siteUrl(sites.lon),
        second: siteUrl(sites.nyc),
        compat: 'extended',
        versions: 'opaque',
      }),
    );
    const last = portBehind(port, overSites.port);
    const lame = keep(
      await proxyFrom(last, { first, second: deadSide, compat: 'extended', versions: 'counter' }),
    );
    return { sites, pair, hustdb, overSites, lame, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Where to look for the next port; any free one where that was asked for, or behind the last that there is. */
function portBehind(wanted: number, used: number): number {
  return wanted === 0 || used >= 65_535 ? 0 : used + 1;
}

function proxyFrom(port: number, options: Parameters<typeof startProxy>[0]): Promise<HaProxy> {
  return onNextFreePort(port, (free) => startProxy({ ...options, port: free, drainTimeoutMs: 1000 }));
}
