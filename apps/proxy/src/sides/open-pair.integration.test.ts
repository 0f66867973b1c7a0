import { HustDbNode } from '@kvtwin/hustdb-node';
import { openMemoryStoreFamily, withCounterEnvelopes } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { ScriptedPair } from '../../test/scripted-pair.js';
import type { SidesOptions } from '../proxy-options.js';
import { openBackend } from './open-backend.js';
import { openPair } from './open-pair.js';

async function policyOf(options: SidesOptions): Promise<string> {
  const pair = await openPair(options);
  await pair.close();
  return pair.source.policy;
}

describe('opening a side', () => {
  it.each([
    ['nonsense', 'PROXY_UNKNOWN_BACKEND', /memory:NAME/],
    ['redis://localhost:6379', 'PROXY_UNKNOWN_BACKEND', /unknown backend "redis:\/\/localhost:6379"/],
    ['ftp://user:secret@host', 'PROXY_UNKNOWN_BACKEND', /"ftp:\/\/host"/],
    ['hustdb+ha://localhost:8082', 'PROXY_INVALID_BACKEND', /whole pair/],
    ['memory:', 'PROXY_INVALID_BACKEND', /name of 1 to 64/],
    ['memory:a/b', 'PROXY_INVALID_BACKEND', /name of 1 to 64/],
    ['memory:a?envelope=yes', 'PROXY_INVALID_BACKEND', /envelope must be 0 or 1/],
    ['memory:a?adopt=1', 'PROXY_INVALID_BACKEND', /adopt=1 is for envelope=1/],
    ['hotrod://user:secret@host:99999', 'PROXY_INVALID_BACKEND', /^(?!.*secret)/],
    ['hustdb://host:0x', 'PROXY_INVALID_BACKEND', /no URL/],
  ])('refuses %s', async (url, code, message) => {
    await expect(openBackend(url)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('names a side by its address, without credentials', async () => {
    const node = await openBackend('hustdb://user:secret@127.0.0.1');
    expect([node.label, node.countsVersions]).toEqual(['127.0.0.1:8085', true]);
    await node.family.close();
  });
});

describe('opening a pair', () => {
  it('compares versions where both sides count, and says so', async () => {
    expect(await policyOf({ first: 'memory:a', second: 'memory:b' })).toBe('counter');
    expect(await policyOf({ first: 'memory:a', second: 'memory:b', versions: 'opaque' })).toBe('opaque');
    expect(await policyOf({ first: 'hustdb://127.0.0.1:1', second: 'memory:b' })).toBe('counter');
  });

  it.each<[string, SidesOptions, string]>([
    ['only one side', { first: 'memory:a' }, 'PROXY_INVALID_OPTIONS'],
    ['neither', {}, 'PROXY_INVALID_OPTIONS'],
    ['a pair and a side', { pair: 'hustdb+ha://h', first: 'memory:a' }, 'PROXY_INVALID_OPTIONS'],
    ['a pair that is none', { pair: 'http://h' }, 'PROXY_UNKNOWN_BACKEND'],
    [
      'opaque versions of a pair that counts',
      { pair: 'hustdb+ha://h', versions: 'opaque' },
      'PROXY_VERSIONS_NOT_COMPARABLE',
    ],
    [
      'counting versions of a family that does not',
      { first: opaqueFamily(), second: 'memory:b', versions: 'counter' },
      'PROXY_VERSIONS_NOT_COMPARABLE',
    ],
  ])('refuses %s', async (_title, options, code) => {
    await expect(openPair(options)).rejects.toMatchObject({ code });
  });

  it('shares memory by name within a pair', async () => {
    const pair = await openPair({ first: 'memory:same', second: 'memory:same' });
    const store = await pair.source.open({ type: 'kv' });
    await store.put(Buffer.from('k'), Buffer.from('v'));
    expect((await store.read(Buffer.from('k'))).kind).toBe('agreed');
    await pair.close();
  });

  it('sees that a family which it was given counts already', async () => {
    const [first, second] = ['a', 'b'].map((name) => withCounterEnvelopes(openMemoryStoreFamily(name)));
    const pair = await openPair({ first, second, versions: 'counter' });
    const store = await pair.source.open({ type: 'kv' });
    await store.put(Buffer.from('k'), Buffer.from('v'));
    expect(await store.read(Buffer.from('k'))).toMatchObject({ kind: 'agreed', version: { token: '1' } });
    expect(await policyOf({ first, second })).toBe('counter');
  });

  it('leaves open what it was given', async () => {
    const given = new ScriptedPair({});
    await (await openPair({ pair: given })).close();
    expect(given.closed).toBe(false);
    const node = await HustDbNode.listen();
    const side = await openBackend(`hustdb://127.0.0.1:${node.port}`);
    const pair = await openPair({ first: side.family, second: 'memory:b' });
    expect(pair.sideNames).toEqual([`127.0.0.1:${node.port}`, 'memory:b']);
    await pair.close();
    await side.family.ping();
    await side.family.close();
    await node.close();
  });
});

/** A family whose versions are tokens of its own. */
function opaqueFamily() {
  return { ...openMemoryStoreFamily('x'), name: 'hotrod://lon:11222/users' };
}
