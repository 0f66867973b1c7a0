import type { Two } from '@kvtwin/versioned-value';
import type { DigestSum } from '../diff/digest-sum.js';
import type { SideListing } from './unit-record.js';

/** What the scans showed of a unit. */
export interface UnitFindings {
  readonly agreed: number;
  /** Of what agreed. */
  readonly digest: DigestSum;
  /** Keys that were not shown alike, to be read again. */
  readonly open: readonly Uint8Array[];
  readonly scanned: Two<number>;
  readonly listings: readonly SideListing[];
}
