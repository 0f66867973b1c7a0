import { equalBytes } from '@kvtwin/bytes';
import { type KeyValue, operations, type WireExpiration } from '@kvtwin/hotrod-protocol';
import type { CallSender } from '../call-sender.js';
import { type KeyRouter, ownerParts } from '../cluster/owner-parts.js';
import { settleParts } from '../cluster/settle-parts.js';
import type { CallOptions, CallTarget } from '../pending-call.js';
import { latin1Text } from './latin1-text.js';

/** What calls about many keys have in common. */
export interface BulkContext {
  readonly sender: CallSender & KeyRouter;
  readonly target: CallTarget;
  /** Header `RequestFlag` bits. */
  readonly flags: number;
  readonly options: CallOptions | undefined;
}

/**
 * Keys of one getAll. More are asked for by several at the same time: what a reply is read into then dies young, instead of
 * growing with the number of keys, and no request comes near what servers take.
 */
const MAX_KEYS_OF_A_REQUEST = 4_096;

/** Asks each owner for its keys, all at the same time. `visit`: called for each key that has a value, in no order. */
export async function getMany(
  context: BulkContext,
  keys: readonly Uint8Array[],
  visit: (index: number, value: Uint8Array) => void,
): Promise<void> {
  const { sender, target, flags, options } = context;
  const parts = ownerParts(sender, target, keys, MAX_KEYS_OF_A_REQUEST).map((indexes) => {
    const some = indexes.map((index) => keys[index] as Uint8Array);
    const outcome = sender.execute({
      operation: operations.getAll,
      request: { keys: some },
      target,
      flags,
      options,
      routeBy: some[0],
      payloadBytes: some.reduce((bytes, key) => bytes + key.length, 0),
      interpret: ({ entries }) =>
        visitEach(entries, some, (at, value) => visit(indexes[at] as number, value)),
    });
    return { keys: some.length, outcome };
  });
  const call = { operation: 'getAll', cache: target.cacheName, writes: false };
  await settleParts(call, parts);
}

/** Finds for each entry of a reply the key that it is for: at its own place, or wherever the server has put it. */
function visitEach(
  entries: readonly KeyValue[],
  keys: readonly Uint8Array[],
  visit: (at: number, value: Uint8Array) => void,
): void {
  let places: Map<string, number[]> | undefined;
  for (const [at, { key, value }] of entries.entries()) {
    const asked = keys[at];
    if (places === undefined && asked !== undefined && equalBytes(asked, key)) {
      visit(at, value);
      continue;
    }
    places ??= placesOf(keys);
    for (const place of places.get(latin1Text(key)) ?? []) visit(place, value);
  }
}

/** A key may have been given twice. */
function placesOf(keys: readonly Uint8Array[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [at, key] of keys.entries()) {
    const text = latin1Text(key);
    const known = places.get(text);
    if (known === undefined) places.set(text, [at]);
    else known.push(at);
  }
  return places;
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
