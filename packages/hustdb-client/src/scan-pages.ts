import type { ListedEntry, NodeListing } from '@kvtwin/hustdb-protocol';
import { HustDbClientError } from './hustdb-client-error.js';
import { inflatedEntry } from './inflated-entry.js';
import type { ScanPosition } from './scan-cursor.js';

/** One page as asked for: raw records from `offset`, `size` of them. */
export type AskPage = (position: ScanPosition, size: number) => Promise<NodeListing>;

/** One page that came. `size`: how many raw records it covers. */
export interface ScanPage {
  readonly listing: NodeListing;
  readonly size: number;
}

/**
 * Asks for pages with values and makes them smaller where their values do not fit into one reply, then slowly larger again.
 * A single entry always fits: the longest value, in base64, is shorter than the longest reply.
 */
export class PageReader {
  readonly #ask: AskPage;
  readonly #maxSize: number;
  #size: number;

  constructor(ask: AskPage, maxSize: number) {
    this.#ask = ask;
    this.#maxSize = maxSize;
    this.#size = maxSize;
  }

  async read(position: ScanPosition): Promise<ScanPage> {
    for (;;) {
      const size = this.#size;
      try {
        const listing = await this.#ask(position, size);
        this.#size = Math.min(this.#maxSize, size * 2);
        return { listing, size };
      } catch (error) {
        if (!HustDbClientError.is(error) || error.code !== 'HUSTDB_REPLY_TOO_LARGE' || size === 1)
          throw error;
        this.#size = Math.max(1, Math.floor(size / 8));
      }
    }
  }
}

/** Entries of a listing, their values as a read tells them; none where the table is not there. */
export function entriesOf(listing: NodeListing): readonly ListedEntry[] {
  if (listing.outcome !== 'listed') return [];
  const { entries } = listing;
  return entries.some(({ deflated }) => deflated === true) ? entries.map(inflatedEntry) : entries;
}
