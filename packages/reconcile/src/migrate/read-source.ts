import type { ReadKey } from './key-copier.js';
import type { LocatedKey } from './located-key.js';
import type { MigrateSettings } from './migrate-options.js';
import type { MigrateSource, SourceRead } from './migrate-source.js';
import { retryPassing } from './retry-passing.js';

/** Reads keys of a source; what does not answer is asked again, and at last throws what it failed with. */
export async function readSource(
  source: MigrateSource,
  keys: readonly LocatedKey[],
  settings: Pick<MigrateSettings, 'retries' | 'clock' | 'signal' | 'timeoutMs'>,
): Promise<ReadKey['read'][]> {
  if (keys.length === 0) return [];
  const call = { signal: settings.signal, timeoutMs: settings.timeoutMs };
  return retryPassing(settings, async () => (await source.read(keys, call)).map(readable));
}

function readable(read: SourceRead): ReadKey['read'] {
  if (read.kind !== 'unreadable') return read;
  throw read.error;
}
