import {
  type CallOptions,
  fromByteString,
  type Two,
  toByteString,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import { beginsWith } from '../command-line/begins-with.js';
import { CliError } from '../command-line/cli-error.js';

/** More than these are compared by kvtwin diff, again and again if need be. */
export const maxWatchedKeys = 10_000;

/** The keys with that beginning which either side lists, by scanning both. A CliError where there are too many. */
export async function keysWithPrefix(
  stores: Two<VersionedStore>,
  prefix: Uint8Array,
  call: CallOptions,
): Promise<Uint8Array[]> {
  const found = new Set<string>();
  await Promise.all(
    stores.map(async (store) => {
      for await (const { entries } of store.scan(call)) {
        for (const { key } of entries) if (beginsWith(key, prefix)) found.add(toByteString(key));
        if (found.size > maxWatchedKeys) {
          throw new CliError(`more than ${maxWatchedKeys} keys begin so`, {
            hint: 'give a longer --prefix, or use kvtwin diff',
          });
        }
      }
    }),
  );
  return [...found].sort().map(fromByteString);
}
