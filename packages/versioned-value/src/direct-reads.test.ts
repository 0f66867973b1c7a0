import { beforeEach, describe, expect, it } from 'vitest';
import { getTo, offerDirectGet } from './direct-reads.js';
import { openMemoryStoreFamily } from './open-memory-store-family.js';
import type { CallOptions, VersionedStore } from './versioned-store.js';
import type { VersionedValue } from './versioned-value.js';
import { withCounterEnvelope } from './with-counter-envelope.js';

const key = new TextEncoder().encode('k');
const value = new TextEncoder().encode('v');

let store: VersionedStore;
beforeEach(async () => {
  store = await openMemoryStoreFamily('memory').open({ type: 'kv' });
  await store.put(key, value);
});

/** What `getTo` comes to. */
function got(from: VersionedStore, options: CallOptions = {}): Promise<VersionedValue | undefined> {
  return new Promise((resolve, reject) => getTo(from, key, options, { succeed: resolve, fail: reject }));
}

describe('a key of a store without a promise', () => {
  it('is what get comes to where nothing is offered, also where get throws or rejects', async () => {
    expect((await got(store))?.value).toEqual(value);
    const rejects = { ...store, get: () => Promise.reject(new Error('rejected')) } as VersionedStore;
    await expect(got(rejects)).rejects.toThrow('rejected');
    const throws = {
      ...store,
      get: () => {
        throw new Error('thrown');
      },
    } as VersionedStore;
    await expect(got(throws)).rejects.toThrow('thrown');
  });

  it('is read directly where that is offered', async () => {
    offerDirectGet(store, (_key, _options, receiver) => receiver.succeed(undefined));
    expect(await got(store)).toBeUndefined();
    expect((await store.get(key))?.value).toEqual(value);
  });

  it('is asked of the get of a wrapper, and not of the store within', async () => {
    offerDirectGet(store, (_key, _options, receiver) => receiver.succeed(undefined));
    const wrapped = new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    expect((await got(wrapped))?.value).toEqual(value);
    const derived = Object.assign(Object.create(store) as VersionedStore, { get: () => store.get(key) });
    expect((await got(derived))?.value).toEqual(value);
  });

  it('is opened in the same way from a counter envelope, and what is no envelope fails', async () => {
    const counted = withCounterEnvelope(store);
    await expect(got(counted)).rejects.toMatchObject({ code: 'STORE_PROTOCOL' });
    await store.remove(key);
    expect(await got(counted)).toBeUndefined();
    await counted.put(key, value);
    expect(await got(counted)).toMatchObject({ value, version: { scheme: 'counter', token: '1' } });
  });
});
