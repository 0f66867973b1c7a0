import { type KeyValue, operations, type WireExpiration } from '@kvtwin/hotrod-protocol';
import type { CallSender } from './call-sender.js';
import { type KeyRouter, ownerParts } from './owner-parts.js';
import type { CallOptions, CallTarget } from './pending-call.js';
import { settleParts } from './settle-parts.js';

/** What calls about many keys have in common. */
export interface BulkContext {
  readonly sender: CallSender & KeyRouter;
  readonly target: CallTarget;
  /** Header `RequestFlag` bits. */
  readonly flags: number;
  readonly options: CallOptions | undefined;
}

/** Asks each owner for its keys, all at the same time; entries come in no order. */
export async function getMany(context: BulkContext, keys: readonly Uint8Array[]): Promise<KeyValue[]> {
  const { sender, target, flags, options } = context;
  const parts = ownerParts(sender, target, keys).map((indexes) => {
    const some = indexes.map((index) => keys[index] as Uint8Array);
    const outcome = sender.execute({
      operation: operations.getAll,
      request: { keys: some },
      target,
      flags,
      options,
      routeBy: some[0],
      payloadBytes: some.reduce((bytes, key) => bytes + key.length, 0),
      interpret: ({ entries }) => entries,
    });
    return { keys: some.length, outcome };
  });
  const call = { operation: 'getAll', cache: target.cacheName, writes: false };
  return (await settleParts(call, parts)).flat();
}

/** Gives each owner its entries, all at the same time. */
export async function setMany(
  context: BulkContext,
  entries: readonly KeyValue[],
  expiration: WireExpiration,
): Promise<void> {
  const { sender, target, flags, options } = context;
  const keys = entries.map(({ key }) => key);
  const parts = ownerParts(sender, target, keys).map((indexes) => {
    const some = indexes.map((index) => entries[index] as KeyValue);
    const outcome = sender.execute({
      operation: operations.putAll,
      request: { expiration, entries: some },
      target,
      flags,
      options,
      routeBy: some[0]?.key,
      payloadBytes: some.reduce((bytes, { key, value }) => bytes + key.length + value.length, 0),
      interpret: () => undefined,
    });
    return { keys: some.length, outcome };
  });
  await settleParts({ operation: 'putAll', cache: target.cacheName, writes: true }, parts);
}

/** Removes each key at its owner, all at the same time. Resolves to how many had an entry. */
export async function deleteMany(context: BulkContext, keys: readonly Uint8Array[]): Promise<number> {
  const { sender, target, flags, options } = context;
  const parts = keys.map((key) => {
    const outcome = sender.execute({
      operation: operations.remove,
      request: { key },
      target,
      flags,
      options,
      payloadBytes: key.length,
      interpret: ({ outcome: what }) => what === 'ok' || what === 'ok-with-previous',
    });
    return { keys: 1, outcome };
  });
  const removed = await settleParts({ operation: 'remove', cache: target.cacheName, writes: true }, parts);
  return removed.filter(Boolean).length;
}
