import { startProxy } from '@kvtwin/proxy';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MigrationServers, seedPair } from '../../test/migration-servers.js';
import { ExitCode } from '../command-line/exit-code.js';
import { seededRandom } from '../demo/seeded-random.js';

let servers: MigrationServers;
beforeEach(async () => {
  servers = await MigrationServers.start();
});
afterEach(() => servers.close());

const kv = { type: 'kv' } as const;
const sessions = { type: 'hash', table: 'sessions' } as const;

/** Writes and deletes through a front, one request after the other, until it is stopped; answers how many. */
async function callersOf(front: string, until: AbortSignal): Promise<number> {
  const random = seededRandom(5);
  let calls = 0;
  for (; !until.aborted; calls++) {
    const at = Math.floor(random() * 80);
    const which = random();
    const path =
      which < 0.4
        ? `/put?key=key:${at}`
        : which < 0.7
          ? `/hset?tb=sessions&key=field:${at}`
          : which < 0.85
            ? `/del?key=key:${at}`
            : `/hdel?tb=sessions&key=field:${at}`;
    const body =
      path.startsWith('/del') || path.startsWith('/hdel') ? {} : { method: 'POST', body: `call ${calls}` };
    const answer = await fetch(`${front}${path}`, body);
    await answer.arrayBuffer();
    // A key that is not there cannot be deleted; everything else is done on both sides.
    expect([200, 404]).toContain(answer.status);
    expect(answer.headers.get('sync')).toBeNull();
  }
  return calls;
}

it('migrates a store while callers write both through a proxy, and loses nothing', {
  timeout: 120_000,
}, async () => {
  const old = await servers.hustDb();
  const target = `${await servers.hotRod('users')}/users?envelope=1&layout=typed`;
  await seedPair(servers, [old], 60);
  const proxy = await startProxy({
    first: old,
    second: target,
    port: 0,
    journal: false,
    sideTimeoutMs: 30_000,
  });
  const stop = new AbortController();
  const calling = callersOf(proxy.url, stop.signal);
  try {
    const args = [
      'migrate',
      old,
      target,
      '--batch',
      '16',
      '--settle',
      '20ms',
      '--rounds',
      '6',
      '--json',
      '--quiet',
    ];
    const during = await servers.run(args);
    expect([ExitCode.ok, ExitCode.partial]).toContain(during.code);
    stop.abort();
    expect(await calling).toBeGreaterThan(20);
    const last = await servers.run(['job', 'resume', 'm1', '--json', '--quiet']);
    expect(last.code, last.stderr).toBe(ExitCode.ok);
    expect(JSON.parse(last.stdout)).toMatchObject({ settled: true, counts: { held: 0, skipped: 0 } });
    const verified = await servers.run(['verify', 'm1', '--json']);
    expect(verified.code, verified.stderr).toBe(ExitCode.ok);
    expect(JSON.parse(verified.stdout)).toMatchObject({ addsUp: true, counts: { extra: 0, missing: 0 } });
    for (const selector of [kv, sessions]) {
      expect(await servers.contents(target, selector)).toEqual(await servers.contents(old, selector));
    }
  } finally {
    stop.abort();
    await calling.catch(() => undefined);
    await proxy.close();
  }
});
