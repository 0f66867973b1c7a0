import type { AnyReply, KeyValue, WireExpiration } from '@kvtwin/hotrod-protocol';
import { expect, test } from 'vitest';
import { callTarget } from '../call-target.js';
import { HotRodError } from '../hotrod-error.js';
import type { CallInput } from '../pending-call.js';
import { type BulkContext, deleteMany, getMany, setMany } from './bulk-calls.js';

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

/** A server that stores what it is sent, in requests of its own order, and counts what is under way. */
function storing(answers: (removals: number) => boolean = () => true) {
  const stored = new Map<string, string>();
  const requests: number[] = [];
  let underWay = 0;
  let most = 0;
  let removals = 0;
  const sender = {
    ownerOf: () => undefined,
    execute: async <Request, Reply extends AnyReply, Result>(input: CallInput<Request, Reply, Result>) => {
      most = Math.max(most, ++underWay);
      await null;
      underWay--;
      const { entries, key } = input.request as unknown as { entries?: KeyValue[]; key?: Uint8Array };
      if (entries !== undefined) {
        requests.push(input.payloadBytes ?? 0);
        for (const each of entries)
          stored.set(Buffer.from(each.key).toString(), Buffer.from(each.value).toString());
      } else if (!answers(++removals)) throw new HotRodError('no', { code: 'HOTROD_TIMEOUT' });
      const was = key !== undefined && stored.delete(Buffer.from(key).toString());
      return input.interpret({ outcome: was ? 'ok' : 'not-found' } as unknown as Reply, undefined as never);
    },
  };
  const context = { sender, target: callTarget({ cacheName: 'c' }), flags: 0, options: undefined };
  return {
    context: context as unknown as BulkContext,
    stored,
    requests,
    most: () => most,
    removals: () => removals,
  };
}

const bytes = (text: string) => Buffer.from(text);
const noExpiration: WireExpiration = { lifespan: { unit: 'default' }, maxIdle: { unit: 'default' } };

test('entries go out in requests of a mebibyte, the later of two for one key alone', async () => {
  const { context, stored, requests } = storing();
  const value = 'v'.repeat(300_000);
  const entries = [...'abcdefghija'].map((key, at) => ({ key: bytes(key), value: bytes(`${at}${value}`) }));
  entries.push({ key: bytes('large'), value: bytes('x'.repeat(3_000_000)) });
  await setMany(context, entries, noExpiration);
  expect([...stored.keys()].sort()).toEqual([...'abcdefghij', 'large']);
  expect(stored.get('a')?.startsWith('10v')).toBe(true);
  expect(requests).toHaveLength(5);
  expect(Math.max(...requests.slice(0, -1))).toBeLessThanOrEqual(1024 * 1024);
  await setMany(context, [], noExpiration);
  expect(requests).toHaveLength(5);
});

test('keys are removed some hundred at a time', async () => {
  const { context, stored, most } = storing();
  for (const key of keys) stored.set(key.toString(), 'v');
  expect(await deleteMany(context, [...keys, ...keys.slice(0, 10)])).toBe(keys.length);
  expect(stored.size).toBe(0);
  expect(most()).toBe(512);
});

test('no more keys are removed once some could not be, and the error counts them', async () => {
  const { context, stored, removals } = storing((count) => count !== 1_000);
  for (const key of keys) stored.set(key.toString(), 'v');
  await expect(deleteMany(context, keys)).rejects.toMatchObject({
    code: 'HOTROD_TIMEOUT',
    message: expect.stringMatching(/failed for 8977 of 10000 keys: .*the other 1023 were done/),
    mayHaveBeenApplied: true,
  });
  expect(removals()).toBe(1_024);
});
