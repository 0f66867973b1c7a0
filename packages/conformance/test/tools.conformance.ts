import { once } from 'node:events';
import { HotRodClient } from '@kvtwin/hotrod-client';
import { PROTOCOL_VERSIONS } from '@kvtwin/hotrod-protocol';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startSitePair } from '../src/index.js';
import { buildKvtwin, runKvtwin, spawnKvtwin } from './kvtwin-command.js';

const EXIT_USAGE = 1;

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  await buildKvtwin();
}, 300_000);
afterAll(() => folder.remove());

test('doctor tells what a real server is, and what different encodings mean', async () => {
  const [first, second] = [inject('firstSite'), inject('secondSite')];
  const alike = await runKvtwin(
    ['doctor', `${first}/operations`, `${second}/operations`, '--json'],
    folder.path,
  );
  const { ok, sides, checks } = JSON.parse(alike.stdout);
  expect(checks.filter(({ status }: { status: string }) => status === 'fail')).toEqual([]);
  expect([alike.exitCode, ok]).toEqual([0, true]);
  expect(sides).toMatchObject([
    { keyType: 'application/octet-stream', entries: expect.any(Number) },
    { valueType: 'application/octet-stream' },
  ]);
  expect(checks).toContainEqual(
    expect.objectContaining({ name: 'protocol', text: 'Hot Rod 4.1 is used; the server speaks up to 4.1' }),
  );
  const unlike = await runKvtwin(['doctor', `${first}/operations`, `${second}/people`], folder.path);
  expect(unlike.exitCode).toBe(EXIT_USAGE);
  expect(unlike.stdout).toContain('stores application/x-protostream: not the bytes that applications see');
  const missing = await runKvtwin(['doctor', `${first}/nowhere`], folder.path);
  expect(missing.exitCode).toBe(EXIT_USAGE);
  expect(missing.stdout).toMatch(/FAIL .*nowhere/);
});

test('doctor tells whether sites back each other up', { timeout: 180_000 }, async () => {
  const pair = await startSitePair();
  try {
    const [first, second] = [pair.first, pair.second].map(({ url }) => `${url}/drift-async`);
    const well = await runKvtwin(['doctor', first!, second!], folder.path);
    expect(well.stdout).toContain('ok    backup to site nyc: online');
    expect(well.stdout).toContain('ok    backup to site lon: online');
    expect(well.stdout).toContain('ok    both sides have 60 segments');
    expect(well.exitCode).toBe(0);
    const offline = `${pair.first.url.replace('hotrod', 'http')}/rest/v2/caches/drift-async/x-site/backups/nyc`;
    expect((await fetch(`${offline}?action=take-offline`, { method: 'POST' })).ok).toBe(true);
    const parted = await runKvtwin(['doctor', first!, second!], folder.path);
    expect(parted.stdout).toContain('warn  backup to site nyc: offline');
  } finally {
    await pair.stop();
  }
});

test('trace shows what clients of every protocol version and a real server say', async () => {
  const record = `${folder.path}/calls.ndjson`;
  const trace = spawnKvtwin(['trace', inject('firstSite'), '--record', record], folder.path);
  let printed = '';
  const url = await new Promise<string>((resolve) => {
    trace.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const told = /connect to (\S+)\?/.exec(printed)?.[1];
      if (told !== undefined) resolve(told);
    });
  });
  await useEveryVersion(url);
  trace.kill('SIGINT');
  const [exitCode] = await once(trace, 'close');
  expect(exitCode).toBe(0);
  expect(printed).not.toContain('not decoded');
  expect(printed).not.toContain('not answered');
  for (const version of PROTOCOL_VERSIONS) {
    expect(printed).toMatch(new RegExp(`> put +#\\d+ {2}${version} {2}operations .*key "traced"`));
  }
  expect(printed).toContain('< event created');
  const decoded = await runKvtwin(['decode', '--ndjson', record], folder.path);
  expect(decoded.exitCode, decoded.stdout.slice(0, 2000)).toBe(0);
});

async function useEveryVersion(url: string): Promise<void> {
  for (const protocol of PROTOCOL_VERSIONS) {
    const client = await HotRodClient.connect(`${url}/operations`, { protocol, intelligence: 'basic' });
    const cache = client.cache();
    await cache.delete('traced');
    const seen = new Promise<void>((resolve) => {
      void cache
        .subscribe({ created: () => resolve() })
        .then(() => cache.set('traced', 'v', { lifespan: '1m' }));
    });
    await seen;
    await cache.getEntry('traced');
    await client.close();
  }
}
