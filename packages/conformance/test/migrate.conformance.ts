import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openHustDbStoreFamily } from '@kvtwin/hustdb-client';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { openBackend, startProxy } from '@kvtwin/proxy';
import { type FinishedProcess, type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import {
  expiryInstantMs,
  type StoreFamily,
  type StoreSelector,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { buildKvtwin, runKvtwin } from './kvtwin-command.js';

const KV = { type: 'kv' } as const;
const HASH = { type: 'hash', table: 'sessions' } as const;
const SET = { type: 'set', table: 'tags' } as const;
const ZSET = { type: 'zset', table: 'board' } as const;

/** Keys on both nodes alike. */
const COUNTS = [
  [KV, 2_000],
  [HASH, 600],
  [SET, 300],
  [ZSET, 300],
] as const;
/** Keys of each type whose masters disagree: the value (not of a set), and one-sided ones. */
const CONFLICTS = 12;
const LANES = 32;
const HOUR_MS = 3_600_000;
/** Below the lifespans: a server forgets one that is not. */
const IDLE_MS = 600_000;
const EXIT_PARTIAL = 3;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

let folder: TemporaryFolder;
let nodes: readonly [HustDbNode, HustDbNode];
let pair: string;
let families: StoreFamily[];
const cacheAt = (site: 'firstSite' | 'secondSite'): string => `${inject(site)}/migrate`;

const urlOf = (node: HustDbNode): string => node.url.replace(/^http:/, 'hustdb:');
const kvtwin = (...args: string[]): Promise<FinishedProcess> => runKvtwin(args, folder.path);

async function open(url: string, selector: StoreSelector): Promise<VersionedStore> {
  const family = url.startsWith('hustdb:')
    ? await openHustDbStoreFamily(url)
    : (await openBackend(url)).family;
  families.push(family);
  return family.open(selector);
}

function valueAt({ type }: StoreSelector, at: number): Uint8Array {
  if (type === 'set') return new Uint8Array();
  if (type === 'zset') return utf8(String(at * 3 - 50));
  return at % 10 === 0 ? Uint8Array.of(0, 0xff, at & 0xff, 0x0a) : utf8(`value ${at}`);
}

async function atOnce<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) await work(items[at]!);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** The same on both nodes, but for some keys of each type. */
async function seedPair(): Promise<void> {
  for (const [selector, count] of COUNTS) {
    const stores = await Promise.all(nodes.map((node) => open(urlOf(node), selector)));
    await atOnce(
      Array.from({ length: count }, (_, at) => at),
      async (at) => {
        for (const store of stores) await store.put(utf8(`${selector.type}:${at}`), valueAt(selector, at));
      },
    );
    for (let at = 0; at < CONFLICTS; at++) {
      if (at % 2 === 1 && selector.type !== 'set')
        await stores[1]!.put(utf8(`${selector.type}:${at}`), utf8(`${at}9`));
      else await stores[1]!.remove(utf8(`${selector.type}:${at}`));
    }
  }
}

async function emptyCache(url: string): Promise<void> {
  const store = await open(`${url}?layout=raw`, KV);
  for await (const { entries } of store.scan()) await atOnce(entries, ({ key }) => store.remove(key));
}

beforeAll(async () => {
  families = [];
  folder = await temporaryFolder();
  nodes = [await HustDbNode.listen(), await HustDbNode.listen()];
  pair = nodes.map(urlOf).join();
  await buildKvtwin();
  await emptyCache(cacheAt('firstSite'));
  await emptyCache(cacheAt('secondSite'));
  await seedPair();
}, 300_000);
afterAll(async () => {
  for (const family of families) await family.close();
  for (const node of nodes) await node.close();
  await folder.remove();
});

/** Each test goes on with what the one before left. */
describe('kvtwin migrate on real Infinispan servers', () => {
  const total = COUNTS.reduce((sum, [, count]) => sum + count, 0);
  const held = COUNTS.length * CONFLICTS;

  test('brings a HustDB pair with conflicts over, and the numbers of its certificate add up', {
    timeout: 120_000,
  }, async () => {
    const run = await kvtwin('migrate', pair, cacheAt('firstSite'), '--verify', '--json');
    expect(run.exitCode, run.stderr).toBe(EXIT_PARTIAL);
    const summary = JSON.parse(run.stdout);
    expect(summary).toMatchObject({
      settled: true,
      counts: { source: total, copied: total - held, held, skipped: 0 },
      certificate: {
        addsUp: true,
        counts: { source: total, copied: total - held, held, skipped: 0, missing: 0, different: 0, extra: 0 },
      },
    });
    expect(summary.certificate.digests.source).toBe(summary.certificate.digests.target);
    const rows = (await readFile(join(summary.folder, 'held.ndjson'), 'utf8')).trim().split('\n');
    expect(rows).toHaveLength(held);
    for (const [selector, count] of COUNTS) {
      const store = await open(cacheAt('firstSite'), selector);
      const at = count - 1;
      expect((await store.get(utf8(`${selector.type}:${at}`)))?.value).toEqual(valueAt(selector, at));
      expect(await store.get(utf8(`${selector.type}:0`))).toBeUndefined();
    }
  });

  test('takes held keys once their masters agree', { timeout: 60_000 }, async () => {
    for (const [selector] of COUNTS) {
      const second = await open(urlOf(nodes[1]), selector);
      for (let at = 0; at < CONFLICTS; at++) {
        await second.put(utf8(`${selector.type}:${at}`), valueAt(selector, at));
      }
    }
    const run = await kvtwin('migrate', '--retry-held', 'm1', '--json');
    expect(run.exitCode, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout).counts).toMatchObject({ source: total, copied: total, held: 0 });
  });

  test('what it brought is served by a proxy as the pair served it', async () => {
    const proxy = await startProxy({
      first: cacheAt('firstSite'),
      second: cacheAt('firstSite'),
      port: 0,
      journal: false,
    });
    try {
      const ask = (path: string): Promise<Response> => fetch(`${proxy.url}${path}`);
      expect(await (await ask('/get?key=kv:7')).text()).toBe('value 7');
      expect(await (await ask('/hget?tb=sessions&key=hash:8')).text()).toBe('value 8');
      const member = await fetch(`${proxy.url}/sismember?tb=tags`, { method: 'POST', body: 'set:9' });
      expect(member.status).toBe(200);
      const score = await fetch(`${proxy.url}/zscore?tb=board`, { method: 'POST', body: 'zset:4' });
      expect(await score.text()).toBe('-38');
    } finally {
      await proxy.close();
    }
  });

  test('keeps lifespans between two Infinispan servers, within a second', { timeout: 120_000 }, async () => {
    const from = await open(cacheAt('firstSite'), KV);
    const hash = await open(cacheAt('firstSite'), HASH);
    for (let at = 0; at < 50; at++) {
      await from.put(utf8(`mortal:${at}`), utf8('v'), { lifespanMs: HOUR_MS + at * 777 });
      await hash.put(utf8(`mortal:${at}`), utf8('v'), { lifespanMs: HOUR_MS + at * 777, maxIdleMs: IDLE_MS });
    }
    const run = await kvtwin('migrate', cacheAt('firstSite'), cacheAt('secondSite'), '--verify', '--json');
    expect(run.exitCode, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      counts: { source: total + 100, copied: total + 100, unknownExpiration: 0 },
      certificate: { addsUp: true, counts: { missing: 0, different: 0 } },
    });
    const apartMs: number[] = [];
    for (const selector of [KV, HASH]) {
      const [source, target] = [
        await open(cacheAt('firstSite'), selector),
        await open(cacheAt('secondSite'), selector),
      ];
      for (let at = 0; at < 50; at++) {
        const [one, other] = [await source.get(utf8(`mortal:${at}`)), await target.get(utf8(`mortal:${at}`))];
        apartMs.push(Math.abs(expiryInstantMs(one!)! - expiryInstantMs(other!)!));
        const idle = other!.expiration.kind === 'mortal' ? other!.expiration.maxIdleMs : undefined;
        expect(idle).toBe(selector === HASH ? IDLE_MS : undefined);
      }
    }
    // Half a second by rounding to the seconds that a server tells; the rest is the way, on a machine that may be busy.
    apartMs.sort((one, other) => one - other);
    expect(apartMs[Math.floor(apartMs.length * 0.9)]).toBeLessThan(1_000);
    expect(apartMs.at(-1)).toBeLessThan(5_000);
  });

  test('brings it all back to another HustDB pair', { timeout: 120_000 }, async () => {
    const others = [await HustDbNode.listen(), await HustDbNode.listen()] as const;
    try {
      const run = await kvtwin(
        'migrate',
        cacheAt('secondSite'),
        others.map(urlOf).join(),
        '--verify',
        '--json',
      );
      // The max-idle times of 50 keys have no place in HustDB, which is told and no failure.
      expect(run.exitCode, run.stderr).toBe(0);
      expect(JSON.parse(run.stdout)).toMatchObject({
        counts: { source: total + 100, copied: total + 100, expirationCut: 50 },
        certificate: { addsUp: true },
      });
      for (const node of others) {
        const board = await open(urlOf(node), ZSET);
        expect((await board.get(utf8('zset:4')))?.value).toEqual(utf8('-38'));
      }
    } finally {
      for (const node of others) await node.close();
    }
  });

  test('skips what a typed cache does not take, and brings the rest', { timeout: 60_000 }, async () => {
    const source = await HustDbNode.listen();
    try {
      const store = await open(urlOf(source), KV);
      await store.put(utf8('good'), utf8('hello'));
      await store.put(utf8('bad'), Uint8Array.of(0xff, 0xfe));
      const mapping = join(folder.path, 'typed.json');
      await writeFile(
        mapping,
        JSON.stringify({ format: 'kvtwin.mapping/1', rules: [{ type: 'kv', mediaType: 'text/plain' }] }),
      );
      const target = `${inject('firstSite')}/people`;
      const run = await kvtwin('migrate', urlOf(source), target, '--mapping', mapping, '--settle', '20ms');
      expect(run.exitCode, run.stderr).toBe(EXIT_PARTIAL);
      expect(run.stdout).toContain('skipped: refused 1');
      expect(run.stderr).toContain(
        'preflight  target cache people, stores application/x-protostream, asked for as text/plain',
      );
      const brought = await open(`${target}?media=text/plain`, KV);
      expect((await brought.get(utf8('good')))?.value).toEqual(utf8('hello'));
      await brought.remove(utf8('good'));
    } finally {
      await source.close();
    }
  });
});
