import { ManualClock, openMemoryStoreFamily, StoreError, type StoreFamily } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { ReplicaPair } from './index.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const clock = new ManualClock();
const memory = (name: string): StoreFamily => openMemoryStoreFamily(name, { clock });

describe('ReplicaPair', () => {
  it('opens tables of two families as one', async () => {
    const [lon, nyc] = [memory('lon'), memory('nyc')];
    await using pair = new ReplicaPair({ first: lon, second: nyc, policy: 'opaque', clock });
    expect(pair).toMatchObject({ name: 'memory:lon | memory:nyc', sideNames: ['memory:lon', 'memory:nyc'] });
    const users = await pair.open({ type: 'hash', table: 'users' });
    await users.put(utf8('k'), utf8('v'));
    expect((await users.read(utf8('k'))).kind).toBe('agreed');
    expect((await (await pair.open({ type: 'kv' })).read(utf8('k'))).kind).toBe('absent');
    expect((await (await nyc.open({ type: 'hash', table: 'users' })).get(utf8('k')))?.value).toEqual(
      utf8('v'),
    );
  });

  it('opens although a side cannot be opened, and recovers with it', async () => {
    const nyc = memory('nyc');
    let up = false;
    const dead: StoreFamily = {
      ...memory('dead'),
      open: (selector) =>
        up ? nyc.open(selector) : Promise.reject(new StoreError('refused', { code: 'STORE_UNREACHABLE' })),
    };
    const pair = new ReplicaPair({
      first: memory('lon'),
      second: dead,
      policy: 'opaque',
      names: ['A', 'B'],
      clock,
    });
    const store = await pair.open({ type: 'kv' });
    const read = await store.read(utf8('k'));
    expect(read).toMatchObject({ kind: 'unreadable', sides: [{ state: 'absent' }, { state: 'failed' }] });
    up = true;
    expect((await store.read(utf8('k'))).kind).toBe('absent');
  });

  it('closes both families, once, and refuses to open afterwards', async () => {
    const [lon, nyc] = [memory('lon'), memory('nyc')];
    const pair = new ReplicaPair({ first: lon, second: nyc, policy: 'counter', clock });
    await pair.close();
    await pair.close();
    for (const call of [lon.ping(), nyc.ping(), pair.open({ type: 'kv' })]) {
      await expect(call).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    }
  });
});
