import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { openHotRodStoreFamily } from '@kvtwin/hotrod-client';
import { type FinishedProcess, type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import type { StoreFamily, VersionedStore } from '@kvtwin/versioned-value';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SiteLink, type SitePair, startSitePair } from '../src/index.js';
import { buildKvtwin, runKvtwin } from './kvtwin-command.js';

const KEYS = 300;
const ARRIVAL_LIMIT_MS = 30_000;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

let folder: TemporaryFolder;
let pair: SitePair;
beforeAll(async () => {
  folder = await temporaryFolder();
  await buildKvtwin();
  pair = await startSitePair();
}, 300_000);
afterAll(async () => {
  await pair?.stop();
  await folder?.remove();
});

describe.each(['SYNC', 'ASYNC'])('two sites that back each other up, %s', (strategy) => {
  const cache = `drift-${strategy.toLowerCase()}`;
  let families: readonly [StoreFamily, StoreFamily];
  let stores: readonly [VersionedStore, VersionedStore];
  let urls: readonly [string, string];
  let directory: string;

  beforeAll(async () => {
    urls = [`${pair.first.url}/${cache}`, `${pair.second.url}/${cache}`];
    families = [await openHotRodStoreFamily(urls[0]), await openHotRodStoreFamily(urls[1])];
    stores = [await families[0].open({ type: 'kv' }), await families[1].open({ type: 'kv' })];
    directory = await mkdtemp(join(folder.path, 'run-'));
  });
  afterAll(async () => {
    for (const family of families ?? []) await family.close();
  });

  const kvtwin = (...args: string[]): Promise<FinishedProcess> => runKvtwin(args, directory);
  const diff = (): Promise<FinishedProcess> =>
    kvtwin('diff', '--first', urls[0], '--second', urls[1], '--json');
  const contents = async (store: VersionedStore): Promise<Map<string, string>> => {
    const found = new Map<string, string>();
    for await (const { entries } of store.scan()) {
      for (const { key, entry } of entries) found.set(text(key), text(entry.value));
    }
    return found;
  };

  async function drift(): Promise<void> {
    const link = new SiteLink(
      [
        { name: 'lon', node: pair.first },
        { name: 'nyc', node: pair.second },
      ],
      cache,
    );
    await link.cut();
    const [lon, nyc] = stores;
    for (let at = 0; at < 10; at++) {
      await lon.put(utf8(`key ${at}`), utf8(`{"updated":${at % 2}}`));
      await nyc.put(utf8(`key ${at}`), utf8(`{"updated":${(at + 1) % 2}}`));
      await lon.put(utf8(`lon ${at}`), utf8('new in lon'));
      await nyc.put(utf8(`nyc ${at}`), utf8('new in nyc'));
      await lon.remove(utf8(`key ${100 + at}`));
      await nyc.remove(utf8(`key ${200 + at}`));
    }
    await link.join();
  }

  test('agree again after diff, plan and apply, when they drifted while the link was cut', {
    timeout: 180_000,
  }, async () => {
    for (let at = 0; at < KEYS; at++) await stores[0].put(utf8(`key ${at}`), utf8(`value ${at}`));
    const arrived = async (): Promise<void> => expect((await contents(stores[1])).size).toBe(KEYS);
    await vi.waitFor(arrived, { timeout: ARRIVAL_LIMIT_MS, interval: 200 });
    expect((await diff()).exitCode).toBe(0);

    await drift();
    const drifted = await diff();
    expect(drifted.exitCode, drifted.stderr).toBe(2);
    const { classes, job } = JSON.parse(drifted.stdout) as { classes: Record<string, number>; job: string };
    expect(classes).toMatchObject({ 'value-conflict': 10, 'only-first': 20, 'only-second': 20 });

    const rules = ['only-*/key =delete', 'only-*=copy', 'value-conflict=newest:$.updated'];
    const planned = await kvtwin(
      'plan',
      job,
      ...rules.flatMap((rule) => ['--rule', rule]),
      '-o',
      'plan.ndjson',
    );
    expect(planned.exitCode, planned.stderr).toBe(0);
    const applied = await kvtwin('apply', 'plan.ndjson', '--yes');
    expect(applied.exitCode, `${applied.stdout}${applied.stderr}`).toBe(0);

    const after = await diff();
    expect(after.exitCode, after.stdout).toBe(0);
    const [lon, nyc] = [await contents(stores[0]), await contents(stores[1])];
    expect(nyc).toEqual(lon);
    expect(lon.size).toBe(KEYS);
    expect([lon.get('lon 1'), lon.get('nyc 1'), lon.get('key 0')]).toEqual([
      'new in lon',
      'new in nyc',
      '{"updated":1}',
    ]);
    expect([lon.has('key 105'), lon.has('key 205')]).toEqual([false, false]);
  });
});
