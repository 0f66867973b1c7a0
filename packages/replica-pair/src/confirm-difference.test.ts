import { ManualClock, openMemoryStoreFamily, StoreError, type VersionedStore } from '@kvtwin/versioned-value';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ConfirmOptions, type ConfirmResult, ReplicaPairStore } from './index.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const key = utf8('key');
let clock: ManualClock;
let first: VersionedStore;
let second: VersionedStore;
let pair: ReplicaPairStore;

beforeEach(async () => {
  clock = new ManualClock();
  first = await openMemoryStoreFamily('first', { clock }).open({ type: 'kv' });
  second = await openMemoryStoreFamily('second', { clock }).open({ type: 'kv' });
  pair = new ReplicaPairStore({ first, second, policy: 'opaque', clock });
});

/** Confirms, and runs `during[n]` in the n-th pause. */
async function confirmed(
  options: ConfirmOptions = {},
  during: (() => unknown)[] = [],
): Promise<ConfirmResult> {
  const confirming = pair.confirm(key, options);
  let settled = false;
  const done = confirming.finally(() => {
    settled = true;
  });
  done.catch(() => undefined);
  for (let pause = 0; ; pause++) {
    await flush();
    if (settled) return done;
    await during[pause]?.();
    clock.turn(300);
  }
}

describe('confirm', () => {
  it('is done at once when the sides agree', async () => {
    expect(await confirmed()).toMatchObject({
      outcome: 'agreed',
      reads: 1,
      elapsedMs: 0,
      read: { kind: 'absent' },
    });
  });

  it('confirms a difference that stays over the window', async () => {
    await first.put(key, utf8('a'));
    await second.put(key, utf8('b'));
    expect(await confirmed()).toMatchObject({
      outcome: 'confirmed',
      confirmed: 3,
      needed: 3,
      reads: 3,
      elapsedMs: 600,
      read: { kind: 'value-conflict' },
    });
  });

  it('sees an update in flight settle', async () => {
    await first.put(key, utf8('a'));
    const result = await confirmed({}, [() => second.put(key, utf8('a'))]);
    expect(result).toMatchObject({ outcome: 'settled', reads: 2, elapsedMs: 300, read: { kind: 'agreed' } });
  });

  it('sees a removal in flight settle', async () => {
    await second.put(key, utf8('a'));
    expect(await confirmed({}, [() => second.remove(key)])).toMatchObject({
      outcome: 'settled',
      read: { kind: 'absent' },
    });
  });

  it('begins anew when the difference becomes another one', async () => {
    await first.put(key, utf8('a'));
    expect(await confirmed({}, [() => first.put(key, utf8('a'))])).toMatchObject({
      outcome: 'confirmed',
      confirmed: 3,
      reads: 4,
    });
  });

  it('gives up on a key that differs otherwise each time', async () => {
    await first.put(key, utf8('a'));
    const write = () => first.put(key, utf8('a'));
    const result = await confirmed({ maxReads: 4 }, [write, write, write]);
    expect(result).toMatchObject({
      outcome: 'changing',
      reads: 4,
      confirmed: 1,
      read: { kind: 'one-sided' },
    });
  });

  it('calls a side that fails twice unreadable, and goes on after one failure', async () => {
    await first.put(key, utf8('a'));
    const down = new ReplicaPairStore({
      first,
      second: () => Promise.reject(new StoreError('refused', { code: 'STORE_UNREACHABLE' })),
      policy: 'opaque',
      clock,
    });
    pair = down;
    expect(await confirmed()).toMatchObject({ outcome: 'unreadable', reads: 2 });
    let failures = 1;
    pair = new ReplicaPairStore({
      first,
      second: async () => {
        if (failures-- > 0) throw new StoreError('refused', { code: 'STORE_UNREACHABLE' });
        return second;
      },
      policy: 'opaque',
      clock,
    });
    expect(await confirmed()).toMatchObject({ outcome: 'confirmed', reads: 4 });
  });

  it('stops when the signal fires in a pause', async () => {
    await first.put(key, utf8('a'));
    const controller = new AbortController();
    const confirming = confirmed({ signal: controller.signal }, [() => controller.abort()]);
    await expect(confirming).rejects.toMatchObject({ code: 'STORE_ABORTED' });
  });

  it.each([{ settleMs: 0 }, { reads: 1 }, { reads: 2.5 }, { reads: 3, maxReads: 2 }])(
    'refuses %j',
    async (options) => {
      await expect(pair.confirm(key, options)).rejects.toMatchObject({ code: 'STORE_INVALID_ARGUMENT' });
    },
  );
});

function flush(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
