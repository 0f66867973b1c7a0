import { type RepairRequest, ReplicaPairStore } from '@kvtwin/replica-pair';
import {
  ManualClock,
  openMemoryStoreFamily,
  StoreError,
  type Two,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import { beforeEach, describe, expect, it } from 'vitest';
import { alteredStore } from '../../test/altered-store.js';
import { MemoryLog } from '../../test/memory-log.js';
import { type RecordedWrite, repairRecorded } from './repair-recorded.js';
import { type UndoCounts, undoApply } from './undo-apply.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const key = utf8('key');
let clock: ManualClock;
let stores: Two<VersionedStore>;
let log: MemoryLog;
let row: number;

beforeEach(async () => {
  clock = new ManualClock(1_700_000_000_000);
  stores = [
    await openMemoryStoreFamily('lon', { clock }).open({ type: 'kv' }),
    await openMemoryStoreFamily('nyc', { clock }).open({ type: 'kv' }),
  ];
  log = new MemoryLog();
  row = 0;
  await stores[0].put(key, utf8('a'), { lifespanMs: 600_000 });
  await stores[1].put(key, utf8('b'));
});

const repair = async (
  take: RepairRequest['take'],
  earlier?: RecordedWrite,
  [first, second] = stores,
): Promise<RecordedWrite | undefined> => {
  const pair = new ReplicaPairStore({ first, second, policy: 'opaque', clock });
  return (await repairRecorded({ pair, log, row: row++, key, request: { take }, earlier })).write;
};
const undo = (): Promise<UndoCounts> =>
  undoApply({ stores, applied: log, log: new MemoryLog(), clock, repeatsKeys: true });
const held = async (): Promise<unknown[]> =>
  Promise.all(
    stores.map(async (store) => {
      const entry = await store.get(key);
      return entry && [new TextDecoder().decode(entry.value), entry.expiration];
    }),
  );

describe('a recorded repair', () => {
  it.each<[string, RepairRequest['take']]>([
    ['a side that is taken', 'first'],
    ['a removal', 'removal'],
    ['a merge', { value: utf8('merged'), lifespanMs: 5000 }],
  ])('can be undone after %s', async (_, take) => {
    const before = await held();
    await repair(take);
    expect(await held()).not.toEqual(before);
    expect(await undo()).toMatchObject({ 'changed-since': 0, failed: 0 });
    expect(await held()).toEqual(before);
  });

  it('keeps the before-image before it writes', async () => {
    const seen: number[] = [];
    const second = alteredStore(stores[1], {
      replaceIfVersion: (...call) => {
        seen.push(log.lines.length);
        return stores[1].replaceIfVersion(...call);
      },
    });
    await repair('first', undefined, [stores[0], second]);
    expect(seen).toEqual([1]);
  });

  it('goes back to before the first of several writes of one key, whatever sides they wrote', async () => {
    const before = await held();
    const merged = await repair({ value: utf8('merged') });
    const again = await repair({ value: utf8('merged again') }, merged);
    await repair('removal', again);
    expect(await undo()).toMatchObject({ restored: 2, 'changed-since': 0 });
    expect(await held()).toEqual(before);
  });

  it('leaves alone what somebody wrote between two of them', async () => {
    const merged = await repair({ value: utf8('merged') });
    await stores[1].put(key, utf8('theirs'));
    await repair('first', merged);
    expect(await undo()).toMatchObject({ 'changed-since': 1 });
    expect((await stores[1].get(key))?.value).toEqual(utf8('theirs'));
    expect((await stores[0].get(key))?.value).toEqual(utf8('a'));
  });

  it('leaves alone what somebody wrote since', async () => {
    await repair('first');
    await stores[1].put(key, utf8('theirs'));
    expect(await undo()).toMatchObject({ 'changed-since': 1, restored: 0 });
    expect((await stores[1].get(key))?.value).toEqual(utf8('theirs'));
  });

  it('undoes a write of which nobody was told', async () => {
    const second = alteredStore(stores[1], {
      replaceIfVersion: async (...call) => {
        await stores[1].replaceIfVersion(...call);
        throw new StoreError('reset', { code: 'STORE_UNREACHABLE' });
      },
    });
    await repair('first', undefined, [stores[0], second]);
    expect((await stores[1].get(key))?.value).toEqual(utf8('a'));
    expect(await undo()).toMatchObject({ restored: 1 });
    expect((await stores[1].get(key))?.value).toEqual(utf8('b'));
  });

  it('keeps nothing where there is nothing to write', async () => {
    await stores[1].put(key, utf8('a'));
    expect(await repair('first')).toBeUndefined();
    expect(log.lines).toEqual([]);
  });
});
