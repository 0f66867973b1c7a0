import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openHotRodStoreFamily } from '@kvtwin/hotrod-client';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { expiryInstantMs, type StoreFamily, type Two, type VersionedStore } from '@kvtwin/versioned-value';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A key on a side (`0 key:7`) → what it holds. */
export type Contents = ReadonlyMap<string, { readonly value: string; readonly expiresAtMs: number }>;

/** Two embedded sites that drifted apart, and a folder for the jobs of one run. */
export interface DriftedSites {
  readonly stores: Two<VersionedStore>;
  readonly folder: TemporaryFolder;
  readonly env: Readonly<Record<string, string>>;
  contents(): Promise<Contents>;
  close(): Promise<void>;
}

/** A day: what lives so long outlives the test. */
const lifespanMs = 86_400_000;

/**
 * Starts two sites with so many keys, of which each tenth differs in one way or another: missing on either side, another
 * value, another expiration; every seventh is mortal.
 */
export async function driftedSites(keys: number): Promise<DriftedSites> {
  const folder = await temporaryFolder();
  const servers = [
    await HotRodServer.listen({ caches: { users: {} } }),
    await HotRodServer.listen({ caches: { users: {} } }),
  ];
  const families: StoreFamily[] = [];
  for (const server of servers) families.push(await openHotRodStoreFamily(`${server.url}/users`));
  const stores = (await Promise.all(
    families.map((family) => family.open({ type: 'kv' })),
  )) as unknown as Two<VersionedStore>;
  for (let at = 0; at < keys; at++) {
    const key = utf8(`key:${at}`);
    const kind = at % 40;
    const expiration = at % 7 === 0 ? { lifespanMs } : {};
    if (kind !== 0) await stores[0].put(key, utf8(`value ${at}`), expiration);
    const other = kind === 30 ? { lifespanMs: lifespanMs / 2 } : expiration;
    if (kind !== 10) await stores[1].put(key, utf8(kind === 20 ? `other ${at}` : `value ${at}`), other);
  }
  return {
    stores,
    folder,
    env: {
      KVTWIN_STATE: join(folder.path, 'state'),
      KVTWIN_FIRST: `${servers[0]!.url}/users`,
      KVTWIN_SECOND: `${servers[1]!.url}/users`,
    },
    contents: () => contentsOf(stores),
    close: async () => {
      for (const family of families) await family.close();
      for (const server of servers) await server.close();
      await folder.remove();
    },
  };
}

async function contentsOf(stores: Two<VersionedStore>): Promise<Contents> {
  const all = new Map<string, { value: string; expiresAtMs: number }>();
  for (const [at, store] of stores.entries()) {
    for await (const { entries } of store.scan()) {
      for (const { key, entry } of entries) {
        const expiresAtMs = expiryInstantMs(entry) ?? Number.NaN;
        all.set(`${at} ${Buffer.from(key)}`, { value: Buffer.from(entry.value).toString(), expiresAtMs });
      }
    }
  }
  return all;
}

/** The values alone, equal for equal ones. */
export function digestOf(contents: Contents): string {
  const lines = [...contents].map(([where, { value }]) => `${where} ${value}`);
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}
