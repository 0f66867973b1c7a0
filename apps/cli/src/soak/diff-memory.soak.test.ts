import { join } from 'node:path';
import { HotRodCluster, HotRodServer } from '@kvtwin/hotrod-server';
import { type TemporaryFolder, temporaryFolder, watchPeakResident } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildKvtwin, buildLimitMs, spawnKvtwin } from '../../test/built-kvtwin.js';

const FEW = 100_000;
const MANY = 1_000_000;
/** Ten times the keys may take a tenth more, and this. */
const SLACK_BYTES = 20e6;
/** By ranges of the hash the records of both sides lie in tables that LevelDB maps into memory: 64 of them at most, of 1 MiB. */
const MAPPED_BYTES = 64 * 1024 * 1024;
const SEGMENTS = 256;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  await buildKvtwin();
}, buildLimitMs);
afterAll(() => folder.remove());

type Served = Pick<HotRodServer, 'cache' | 'close' | 'url'>;

/** Tells clients of its segments, as a clustered cache does: a diff goes part by part. */
function serveSegments(): Promise<Served> {
  return HotRodCluster.start({ nodes: 1, owners: 1, segments: SEGMENTS, caches: { users: {} } });
}

/** Tells of none, as a local cache does: a diff goes by ranges of the key's hash. */
function serveNoSegments(): Promise<Served> {
  return HotRodServer.listen({ caches: { users: {} } });
}

/** Puts keys `from` to `to` on a server, each tenth of a percent of them other than the other server has it. */
function fill(served: Served, from: number, to: number, mark: string): void {
  const users = served.cache('users');
  for (let at = from; at < to; at++) {
    const value = `${at % 1000 === 0 ? mark : ''}value of a hundred bytes or so, as many caches hold them ${at}`;
    users.put(utf8(`user:profile:${at}`), utf8(value.padEnd(100, '.')));
  }
}

describe.each([
  ['hash', serveNoSegments],
  ['parts', serveSegments],
] as const)('the memory of kvtwin diff by %s', (layout, serve) => {
  it('is the same for a million keys as for a hundred thousand', async () => {
    const servers = [await serve(), await serve()];
    try {
      const urls = servers.map(({ url }) => `${url}/users`);
      const peaks: number[] = [];
      for (const [from, to] of [
        [0, FEW],
        [FEW, MANY],
      ] as const) {
        for (const [at, server] of servers.entries()) fill(server, from, to, `side ${at}`);
        const beganMs = performance.now();
        peaks.push(await peakOfDiff(urls, to, layout));
        const tookMs = performance.now() - beganMs;
        console.log(
          `${layout}: ${to} keys in ${(tookMs / 1000).toFixed(1)} s, ${Math.round(peaks.at(-1)! / 1e6)} MB`,
        );
      }
      const [few, many] = peaks as [number, number];
      expect(many).toBeLessThanOrEqual(1.1 * few + SLACK_BYTES + (layout === 'hash' ? MAPPED_BYTES : 0));
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
