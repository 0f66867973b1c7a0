import { HotRodServer } from '@kvtwin/hotrod-server';
import { openBackend } from '@kvtwin/proxy';
import type { StoreFamily } from '@kvtwin/versioned-value';
import { type DriftedEntry, driftedEntries, type SeededEntry } from './drifted-entries.js';
import { onNextFreePort } from './on-next-free-port.js';
import { type SampleValue, sampleFields, sampleTable } from './sample-table.js';

/** Two embedded Hot Rod sites, seeded with drift. */
export interface Sites {
  readonly lon: HotRodServer;
  readonly nyc: HotRodServer;
  /** Keys of the kv space, as seeded. */
  readonly keys: { readonly lon: number; readonly nyc: number };
  close(): Promise<void>;
}

/** Default ports of the two sites; the next free ones where they are taken. */
const lonPort = 41_222;

/** Writes that are under way at once while the sites are filled. */
const writesAtOnce = 64;

/** Starts both sites and fills them. `anyPort`: on whatever ports are free. */
export async function startSites(seed: number, anyPort: boolean): Promise<Sites> {
  const lon = await startSite(seed, anyPort ? 0 : lonPort);
  let nyc: HotRodServer | undefined;
  try {
    nyc = await startSite(seed + 1, anyPort ? 0 : lon.port + 1);
    const drift = driftedEntries(seed);
    const keys = {
      lon: await fill(lon, drift, 'lon'),
      nyc: await fill(nyc, drift, 'nyc'),
    };
    return { lon, nyc, keys, close: () => closeBoth(lon, nyc) };
  } catch (error) {
    await closeBoth(lon, nyc);
    throw error;
  }
}

function startSite(seed: number, port: number): Promise<HotRodServer> {
  return onNextFreePort(port, (free) =>
    HotRodServer.listen({
      port: free,
      caches: { default: {}, [sampleTable]: {} },
      defaultCache: 'default',
      seed: BigInt(seed) * 0x1_0001n + 1n,
    }),
  );
}

async function closeBoth(lon: HotRodServer, nyc: HotRodServer | undefined): Promise<void> {
  await Promise.all([lon.close(), nyc?.close()]);
}

async function fill(
  site: HotRodServer,
  drift: readonly DriftedEntry[],
  name: 'lon' | 'nyc',
): Promise<number> {
  const { family } = await openBackend(siteUrl(site));
  try {
    await fillTable(family, name === 'lon' ? 'first' : 'second');
    return await fillKeys(
      family,
      drift.map((one) => [one.key, one[name]]),
    );
  } finally {
    await family.close();
  }
}

async function fillKeys(
  family: StoreFamily,
  entries: readonly (readonly [Uint8Array, SeededEntry | undefined])[],
): Promise<number> {
  const store = await family.open({ type: 'kv' });
  let written = 0;
  for (let at = 0; at < entries.length; at += writesAtOnce) {
    const some = entries
      .slice(at, at + writesAtOnce)
      .flatMap(([key, entry]) => (entry ? [{ key, ...entry }] : []));
    await Promise.all(
      some.map(({ key, value, lifespanMs }) =>
        store.put(key, value, lifespanMs === undefined ? {} : { lifespanMs }),
      ),
    );
    written += some.length;
  }
  return written;
}

async function fillTable(family: StoreFamily, side: 'first' | 'second'): Promise<void> {
  const store = await family.open({ type: 'hash', table: sampleTable });
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  for (const field of sampleFields) {
    const sample: SampleValue | undefined = field[side];
    if (sample !== undefined) await store.put(encode(field.key), encode(sample.value));
  }
}

/**
 * How a site is reached: kv keys as they are in the default cache, and each table in a cache of its own name, so that
 * neither shows up among the other's keys.
 */
export function siteUrl({ url }: HotRodServer): string {
  return `${url}?tables=caches`;
}
