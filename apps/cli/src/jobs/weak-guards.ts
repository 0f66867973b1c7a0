import { type RepairGuard, storeGuard } from '@kvtwin/replica-pair';
import type { Two, VersionedStore } from '@kvtwin/versioned-value';
import type { CliIo } from '../command-line/cli-io.js';
import { writeLine } from '../output/output.js';

const warnings: Record<Exclude<RepairGuard, 'strong'>, string> = {
  weak: 'weak guard: it has no unique tokens, so each key is looked at directly before its write',
  none: 'no guard: it has no compare-and-set; only --unguarded writes to it',
};

/** Says of which sides a writer at the very same moment is not noticed. */
export async function warnOfWeakGuards(
  { stderr }: Pick<CliIo, 'stderr'>,
  stores: Two<VersionedStore>,
  names: readonly [string, string],
): Promise<void> {
  for (const [at, store] of stores.entries()) {
    const guard = storeGuard(store.capabilities);
    if (guard !== 'strong') await writeLine(stderr, `  ${names[at]}: ${warnings[guard]}`);
  }
}
