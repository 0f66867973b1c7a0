import { openMemoryStoreFamily, type StoreFamily, systemClock } from '@kvtwin/versioned-value';
import { expect, it } from 'vitest';
import { startProxy } from '../start-proxy.js';

/** A side whose first write takes longest: without turns it would arrive behind those that came later. */
function slowAtFirst(family: StoreFamily): StoreFamily {
  let writes = 0;
  return {
    ...family,
    name: family.name,
    ping: (call) => family.ping(call),
    close: () => family.close(),
    async open(selector) {
      const store = await family.open(selector);
      const put: typeof store.put = async (...call) => {
        await systemClock.sleep(writes++ === 0 ? 50 : 0);
        return store.put(...call);
      };
      return new Proxy(store, {
        get: (target, name) => {
          if (name === 'put') return put;
          const member = Reflect.get(target, name, target) as unknown;
          return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        },
      });
    },
  };
}

it('leaves two sides the same after many writers of one key', async () => {
  const first = await openMemoryStoreFamily('first', { clock: systemClock });
  const second = slowAtFirst(await openMemoryStoreFamily('second', { clock: systemClock }));
  const proxy = await startProxy({ first, second, port: 0, versions: 'opaque' });
  try {
    const writes = Array.from({ length: 20 }, (_, at) =>
      fetch(`${proxy.url}/put?key=hot`, { method: 'POST', body: `value ${at}` }),
    );
    for (const answer of await Promise.all(writes)) expect(answer.status).toBe(200);
    const read = await fetch(`${proxy.url}/get2?key=hot`);
    expect(await read.text()).toMatch(/^value \d+$/);
    expect(read.status).toBe(200);
  } finally {
    await proxy.close();
    await first.close();
    await second.close();
  }
});
