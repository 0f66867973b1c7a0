import type { AnyReply, KeyValue } from '@kvtwin/hotrod-protocol';
import { expect, test } from 'vitest';
import { callTarget } from '../call-target.js';
import type { CallInput } from '../pending-call.js';
import { type BulkContext, getMany } from './bulk-calls.js';

/** A server that has every key but those in `missing`, and answers in an order of its own. */
function contextOf(reorder: (entries: KeyValue[]) => KeyValue[], missing: readonly string[] = []) {
  const requests: number[] = [];
  const sender = {
    ownerOf: () => undefined,
    submit: () => expect.unreachable(),
    execute: async <Request, Reply extends AnyReply, Result>(input: CallInput<Request, Reply, Result>) => {
      const { keys } = input.request as unknown as { readonly keys: readonly Uint8Array[] };
      requests.push(keys.length);
      const there = keys.filter((key) => !missing.includes(Buffer.from(key).toString()));
      const entries = reorder(there.map((key) => ({ key: key.slice(), value: key.slice() })));
      return input.interpret({ outcome: 'ok', entries } as unknown as Reply, undefined as never);
    },
  };
  const context = { sender, target: callTarget({ cacheName: 'c' }), flags: 0, options: undefined };
  return { context: context as unknown as BulkContext, requests };
}

const keys = Array.from({ length: 10_000 }, (_, at) => Buffer.from(`key-${at}`));

test.each<[string, (entries: KeyValue[]) => KeyValue[]]>([
  ['as asked', (entries) => entries],
  ['backwards', (entries) => entries.reverse()],
  ['half of it turned round', (entries) => [...entries.slice(0, 9), ...entries.slice(9).reverse()]],
])('every value finds its key, in several requests, whatever their order: %s', async (_, reorder) => {
  const missing = ['key-0', 'key-4096', 'key-9999'];
  const { context, requests } = contextOf(reorder, missing);
  const found = new Map<number, string>();
  await getMany(context, keys, (index, value) => {
    expect(found.has(index)).toBe(false);
    found.set(index, Buffer.from(value).toString());
  });
  expect(found.size).toBe(keys.length - missing.length);
  for (const [index, text] of found) expect(text).toBe(`key-${index}`);
  expect(requests.reduce((sum, count) => sum + count, 0)).toBe(keys.length);
  expect(Math.max(...requests)).toBeLessThanOrEqual(4_096);
});

test('a key that was given twice gets its value twice', async () => {
  const { context } = contextOf((entries) => entries.slice(1));
  const found: number[] = [];
  await getMany(context, [Buffer.from('a'), Buffer.from('b'), Buffer.from('b')], (index) =>
    found.push(index),
  );
  expect([...new Set(found)].sort()).toEqual([1, 2]);
});
