import { type RepairIntent, type RepairResult, type Sha256, sha256Hex } from '@kvtwin/replica-pair';
import type { PairRead, SideRead, Two } from '@kvtwin/versioned-value';
import type { IntendedWrite, IntentRecord, WriteEnd } from './apply-record.js';
import { beforeImageOf } from './before-image.js';

/** What a repair is about to write, with what stands there; `after`: SHA-256 of the value, `null` for a removal. */
export async function intendedWrites(
  { before, writes }: RepairIntent,
  after: string | null,
  sha256: Sha256 | undefined,
): Promise<IntentRecord['writes']> {
  const intended = async (side: 0 | 1): Promise<IntendedWrite | null> => {
    if (writes[side].action === 'none') return null;
    const beforeSha256 = await hashOf(before.sides[side], sha256);
    return { before: beforeImageOf(before.sides[side]), beforeSha256, afterSha256: after };
  };
  return [await intended(0), await intended(1)];
}

/** How the intended writes ended. What stood there before an attempt that only looked was written by an earlier one. */
export function endsOf(
  { writes }: RepairResult,
  after: PairRead,
  intent: IntentRecord,
): Two<WriteEnd | null> {
  const end = (at: 0 | 1): WriteEnd | null => {
    if (intent.writes[at] === null) return null;
    const { action, result } = writes[at];
    if (action !== 'none' && result.state !== 'applied') return { wrote: false, version: null };
    const side = after.sides[at];
    return { wrote: true, version: side.state === 'present' ? side.entry.version : null };
  };
  return [end(0), end(1)];
}

/** Written, or perhaps written, and not seen to stand. */
export function isOpen({ outcome, after }: RepairResult): boolean {
  return (
    outcome === 'unknown' || (outcome === 'unverified' && (after?.kind ?? 'unreadable') === 'unreadable')
  );
}

/** SHA-256 of what each side holds; `null`: nothing. */
export async function hashesOf(
  sides: Two<SideRead>,
  sha256: Sha256 | undefined,
): Promise<Two<string | null>> {
  return [await hashOf(sides[0], sha256), await hashOf(sides[1], sha256)];
}

async function hashOf(side: SideRead, sha256: Sha256 | undefined): Promise<string | null> {
  return side.state === 'present' ? sha256Hex(side.entry.value, sha256) : null;
}
