import { setTimeout as pause } from 'node:timers/promises';
import type { InfinispanNode } from './infinispan-node.js';

const POLL_MS = 100;

/** A site, and the name under which the other one knows it. */
export interface NamedSite {
  readonly name: string;
  readonly node: InfinispanNode;
}

/**
 * Waits until both sites see each other and each backs up to the other. Sites that start at once may be alone for
 * seconds, and writes of that time would be on one of them only. Rejects with what is in the way after `limitMs`.
 */
export async function untilSitesMeet(
  sites: readonly [NamedSite, NamedSite],
  cache: string,
  limitMs: number,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const obstacle =
      (await obstacleAt(sites[0], sites[1], cache)) ?? (await obstacleAt(sites[1], sites[0], cache));
    if (obstacle === undefined) return;
    if (Date.now() > deadline) throw new Error(`the sites have not met after ${limitMs} ms: ${obstacle}`);
    await pause(POLL_MS);
  }
}

async function obstacleAt(site: NamedSite, other: NamedSite, cache: string): Promise<string | undefined> {
  const view = (await rest(site, 'container')) as { readonly sites_view?: readonly string[] };
  if (!view.sites_view?.includes(other.name)) return `${site.name} sees ${JSON.stringify(view.sites_view)}`;
  const backups = (await rest(site, `caches/${cache}/x-site/backups`)) as Record<string, { status?: string }>;
  const status = backups[other.name]?.status;
  return status === 'online' ? undefined : `for ${site.name} the site ${other.name} is ${status}`;
}

async function rest(site: NamedSite, path: string): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${site.node.port}/rest/v2/${path}`);
  return answer.json();
}
