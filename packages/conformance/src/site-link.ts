import { type NamedSite, untilSitesMeet } from './until-sites-meet.js';

const MEETING_LIMIT_MS = 60_000;

/**
 * The link between two sites that back each other up, for one cache: cut, neither sends its writes to the other; joined
 * again, each sends what is written from then on, and nothing of before.
 */
export class SiteLink {
  readonly #sites: readonly [NamedSite, NamedSite];
  readonly #cache: string;

  constructor(sites: readonly [NamedSite, NamedSite], cache: string) {
    this.#sites = sites;
    this.#cache = cache;
  }

  cut(): Promise<void> {
    return this.#tellBoth('take-offline');
  }

  /** Resolves when each backs up to the other. */
  async join(): Promise<void> {
    await this.#tellBoth('bring-online');
    await untilSitesMeet(this.#sites, this.#cache, MEETING_LIMIT_MS);
  }

  async #tellBoth(action: 'take-offline' | 'bring-online'): Promise<void> {
    const [first, second] = this.#sites;
    await this.#tell(first, second, action);
    await this.#tell(second, first, action);
  }

  async #tell(site: NamedSite, other: NamedSite, action: string): Promise<void> {
    const path = `caches/${this.#cache}/x-site/backups/${other.name}?action=${action}`;
    const answer = await fetch(`http://127.0.0.1:${site.node.port}/rest/v2/${path}`, { method: 'POST' });
    if (!answer.ok) {
      throw new Error(`${site.name} answers ${answer.status} to ${action}: ${await answer.text()}`);
    }
  }
}
