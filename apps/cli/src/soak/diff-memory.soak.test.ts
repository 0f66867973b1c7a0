import { join } from 'node:path';
import { openHotRodStoreFamily } from '@kvtwin/hotrod-client';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { type TemporaryFolder, temporaryFolder, watchPeakResident } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildKvtwin, buildLimitMs, spawnKvtwin } from '../../test/built-kvtwin.js';

const FEW = 100_000;
const MANY = 1_000_000;
/** Ten times the keys may take a tenth more, and this. */
const SLACK_BYTES = 20e6;
const LANES = 256;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  await buildKvtwin();
}, buildLimitMs);
afterAll(() => folder.remove());

/** Puts keys `from` to `to` on a server, each tenth of a percent of them other than the other server has it. */
async function fill(url: string, from: number, to: number, mark: string): Promise<void> {
  await using family = await openHotRodStoreFamily(url);
  const store = await family.open({ type: 'kv' });
  let next = from;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < to; at = next++) {
      const value = `${at % 1000 === 0 ? mark : ''}value of a hundred bytes or so, as many caches hold them ${at}`;
      await store.put(utf8(`user:profile:${at}`), utf8(value.padEnd(100, '.')));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

describe.each([['hash', 256]] as const)('the memory of kvtwin diff by %s', (layout, segments) => {
  it('is the same for a million keys as for a hundred thousand', async () => {
    const servers = [
      await HotRodServer.listen({ caches: { users: { segments: 256 } } }),
      await HotRodServer.listen({ caches: { users: { segments } } }),
    ];
    try {
      const urls = servers.map(({ url }) => `${url}/users`);
      const peaks: number[] = [];
      for (const [from, to] of [
        [0, FEW],
        [FEW, MANY],
      ] as const) {
        for (const [at, url] of urls.entries()) await fill(url, from, to, `side ${at}`);
        peaks.push(await peakOfDiff(urls, to, layout));
      }
      const [few, many] = peaks as [number, number];
      console.log(
        `${layout}: ${Math.round(few / 1e6)} MB at ${FEW} keys, ${Math.round(many / 1e6)} MB at ${MANY}`,
      );
      expect(many).toBeLessThanOrEqual(1.1 * few + SLACK_BYTES);
    } finally {
      for (const server of servers) await server.close();
    }
  });
});

async function peakOfDiff(urls: readonly string[], keys: number, layout: string): Promise<number> {
  const env = { KVTWIN_STATE: join(folder.path, `state-${layout}-${keys}`) };
  const diff = spawnKvtwin(['diff', ...urls, '--json', '--progress', 'none'], folder.path, env);
  const peak = watchPeakResident(diff.child.pid!);
  const summary = JSON.parse(await diff.line()) as { keys: number; differences: number; layout: string };
  const { code, stderr } = await diff.ended;
  expect(code, stderr).toBe(2);
  expect(summary).toMatchObject({ keys, differences: keys / 1000 });
  expect(summary.layout === 'hash').toBe(layout === 'hash');
  return peak.stop();
}
