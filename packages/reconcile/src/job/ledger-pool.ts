import type { HashRange } from '../scan/hash-range.js';
import { type LedgerOptions, PassLedger } from '../scan/pass-ledger.js';

/** A ledger that takes more than this share of what it may take is not used again: it would be full too soon. */
const mostKept = 1 / 4;

/** Ledgers of units that were compared lend their memory to those of the next. */
export class LedgerPool {
  readonly #options: LedgerOptions;
  readonly #free: PassLedger[] = [];

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  take(range: HashRange): PassLedger {
    const ledger = this.#free.pop();
    if (ledger === undefined) return new PassLedger(range, this.#options);
    ledger.reset(range);
    return ledger;
  }

  /** Takes back one that nobody looks at any more. */
  giveBack(ledger: PassLedger): void {
    if (ledger.bytes <= this.#options.maxTrackedBytes * mostKept) this.#free.push(ledger);
  }
}
