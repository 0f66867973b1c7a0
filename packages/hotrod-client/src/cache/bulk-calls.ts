import { equalBytes } from '@kvtwin/bytes';
import { type KeyValue, operations, type WireExpiration } from '@kvtwin/hotrod-protocol';
import { CallBudget } from '../call-budget.js';
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

/** Gives each owner its entries, all at the same time; of two for one key the later one stays. */
export async function setMany(
  context: BulkContext,
  given: readonly KeyValue[],
  expiration: WireExpiration,
): Promise<void> {
  const { sender, target, flags, options } = context;
  // Within one request the server sees to the order.
  const entries = fitsRequest(given) ? given : lastOfEachKey(given);
  const keys = entries.map(({ key }) => key);
  const requests = ownerParts(sender, target, keys)
    .map((indexes) => indexes.map((index) => entries[index] as KeyValue))
    .flatMap((some) => (fitsRequest(some) ? [some] : inRequests(some)));
  const parts = requests.map((some) => {
    const outcome = sender.execute({
      operation: operations.putAll,
      request: { expiration, entries: some },
      target,
      flags,
      options,
      routeBy: some[0]?.key,
      payloadBytes: some.reduce((bytes, entry) => bytes + bytesOf(entry), 0),
      interpret: () => undefined,
    });
    return { keys: some.length, outcome };
  });
  await settleParts({ operation: 'putAll', cache: target.cacheName, writes: true }, parts);
}

/**
 * Bytes of the entries of one putAll of several: a tenth of what servers take unless they are told otherwise, and whoever else uses the connection is not held up for long.
 */
const MAX_BYTES_OF_A_REQUEST = 1024 * 1024;

function bytesOf({ key, value }: KeyValue): number {
  return key.length + value.length;
}

function fitsRequest(entries: readonly KeyValue[]): boolean {
  return entries.reduce((bytes, entry) => bytes + bytesOf(entry), 0) <= MAX_BYTES_OF_A_REQUEST;
}

/** In the same order; an entry that is too large by itself goes alone. */
function inRequests(entries: readonly KeyValue[]): KeyValue[][] {
  const requests: KeyValue[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    bytes += bytesOf(entry);
    if (bytes > MAX_BYTES_OF_A_REQUEST) {
      requests.push([]);
      bytes = bytesOf(entry);
    }
    requests.at(-1)?.push(entry);
  }
  return requests;
}

function lastOfEachKey(entries: readonly KeyValue[]): KeyValue[] {
  return [...new Map(entries.map((entry) => [latin1Text(entry.key), entry])).values()];
}

/** Removals under way at a time: enough to keep servers busy, and no flood for a client that refuses what cannot be sent. */
const MAX_REMOVALS_AT_ONCE = 512;

/** Removes each key at its owner. Resolves to how many had an entry; after a failure no more are begun. */
export async function deleteMany(context: BulkContext, keys: readonly Uint8Array[]): Promise<number> {
  const call = { operation: 'remove', cache: context.target.cacheName, writes: true };
  const budget = new CallBudget(context.options);
  let removed = 0;
  for (let at = 0; at < keys.length; at += MAX_REMOVALS_AT_ONCE) {
    const some = keys.slice(at, at + MAX_REMOVALS_AT_ONCE);
    const outcomes = some.map((key) => removal(context, key, budget.rest));
    const answers = await Promise.allSettled(outcomes);
    for (const answer of answers) if (answer.status === 'fulfilled' && answer.value) removed++;
    const failed = answers.find(({ status }) => status === 'rejected');
    if (failed === undefined) continue;
    const rest = keys.length - at - some.length;
    await settleParts(call, [
      ...(at === 0 ? [] : [{ keys: at, outcome: Promise.resolve(true) }]),
      ...outcomes.map((outcome) => ({ keys: 1, outcome })),
      ...(rest === 0
        ? []
        : [{ keys: rest, outcome: Promise.reject((failed as PromiseRejectedResult).reason) }]),
    ]);
  }
  return removed;
}

function removal(
  { sender, target, flags }: BulkContext,
  key: Uint8Array,
  options: CallOptions,
): Promise<boolean> {
  return sender.execute({
    operation: operations.remove,
    request: { key },
    target,
    flags,
    options,
    payloadBytes: key.length,
    interpret: ({ outcome: what }) => what === 'ok' || what === 'ok-with-previous',
  });
}
