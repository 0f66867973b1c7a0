import type { IterationEntry } from '@kvtwin/hotrod-protocol';
import type { CallSender } from '../call-sender.js';
import { callTarget } from '../call-target.js';
import type { SegmentRouter } from '../cluster/segment-view.js';
import { HotRodError } from '../hotrod-error.js';
import type { IterateOptions } from './iterate-batches.js';
import { iterateEntries } from './iterate-entries.js';

/** What {@link iterateKeys} needs to know. */
export interface IterateKeysInput<K> {
  readonly cacheName: string;
  /** Media type of the keys. */
  readonly keyType: string;
  readonly options: IterateOptions;
  decode(entry: IterationEntry): K;
}

/** A factory of every Infinispan since 9.2 that leaves the values empty. Hot Rod §built-in factories. */
const WITHOUT_VALUES = {
  name: 'org.infinispan.server.hotrod.HotRodServer$ToEmptyBytesKeyValueFilterConverter',
};

/** All keys. Values stay on the server, where it knows how to leave them out and no other filter is asked for. */
export async function* iterateKeys<K>(
  sender: CallSender & SegmentRouter,
  { cacheName, keyType, options, decode }: IterateKeysInput<K>,
): AsyncGenerator<K, void, undefined> {
  // Values as they are stored: what is empty needs no conversion, and might not survive one.
  const target = callTarget({ cacheName, keyType, valueType: 'storage' });
  let begun = false;
  try {
    const lean = { filter: WITHOUT_VALUES, ...options, metadata: false };
    for await (const key of iterateEntries(sender, target, lean, decode)) {
      begun = true;
      yield key;
    }
    return;
  } catch (error) {
    if (begun || options.filter !== undefined || !isUnknownFactory(error)) throw error;
  }
  yield* iterateEntries(sender, target, { ...options, metadata: false }, decode);
}

/** Servers before that refuse the beginning. */
function isUnknownFactory(error: unknown): boolean {
  return (
    HotRodError.is(error) && error.code === 'HOTROD_SERVER_ERROR' && error.operation === 'iterationStart'
  );
}
