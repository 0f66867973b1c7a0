import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '@kvtwin/reconcile';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MigrationServers, seedPair } from '../../test/migration-servers.js';
import { ExitCode } from '../command-line/exit-code.js';

// Servers, clients and commands in one process: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let servers: MigrationServers;
let pair: readonly [string, string];
let target: string;
beforeEach(async () => {
  servers = await MigrationServers.start();
  pair = [await servers.hustDb(), await servers.hustDb()];
  target = `${await servers.hotRod('users')}/users`;
  await seedPair(servers, pair, 8);
});
afterEach(() => servers.close());

const kv = { type: 'kv' } as const;
const certificateFile = (): string => join(servers.folder.path, 'certificate.json');
const verifyStores = (...more: string[]) =>
  servers.run(['verify', pair.join(), target, '--settle', '20ms', '--output', certificateFile(), ...more]);

describe('kvtwin verify', () => {
  it('of a job counts what that held and skipped, and says so again later', async () => {
    await servers.put(pair[1], kv, 'key:1', 'other');
    await servers.put(target, kv, 'key:2', 'theirs');
    await servers.run(['migrate', pair.join(), target, '--settle', '20ms']);
    const run = await servers.run(['verify', 'm1', '--json']);
    expect(run.code, run.stderr).toBe(ExitCode.ok);
    expect(JSON.parse(run.stdout)).toMatchObject({
      format: 'kvtwin.certificate/1',
      job: 'm1',
      addsUp: true,
      counts: { source: 32, copied: 30, held: 1, skipped: 1, missing: 0, different: 0, extra: 0 },
      mappingSha256: null,
    });
    await servers.put(target, kv, 'key:4', 'changed since');
    const later = await servers.run(['verify', 'm1']);
    expect(later.code, later.stderr).toBe(ExitCode.partial);
    expect(later.stdout).toContain('IT DOES NOT ADD UP');
  });

  it('of two stores tells what is missing, and writes a certificate that anybody can check', async () => {
    await servers.run(['migrate', pair.join(), target, '--settle', '20ms']);
    const good = await verifyStores();
    expect(good.code, good.stderr).toBe(ExitCode.ok);
    expect(good.stdout).toContain('verified   32 source = 32 copied + 0 held + 0 skipped');
    const again = await verifyStores();
    expect(again.code).toBe(ExitCode.usage);
    expect(again.stderr).toContain('is there already');

    const store = await (await servers.family(target)).open({ type: 'hash', table: 'sessions' });
    await store.remove(new TextEncoder().encode('field:3'));
    const bad = await verifyStores('--force', '--json');
    expect(bad.code, bad.stderr).toBe(ExitCode.partial);
    expect(JSON.parse(bad.stdout)).toMatchObject({ addsUp: false, counts: { copied: 31, missing: 1 } });

    const text = await readFile(certificateFile(), 'utf8');
    const { sha256, ...content } = JSON.parse(text);
    expect(createHash('sha256').update(canonicalJson(content)).digest('hex')).toBe(sha256);
    const checked = await servers.run(['verify', '--check', certificateFile()]);
    expect(checked.code, checked.stderr).toBe(ExitCode.partial);
    await writeFile(certificateFile(), text.replace('"missing": 1', '"missing": 0'));
    const forged = await servers.run(['verify', '--check', certificateFile()]);
    expect(forged.code).toBe(ExitCode.usage);
    expect(forged.stderr).toContain('is not as it was written');
  });

  it.each([
    [['verify'], 'verify what?'],
    [['verify', 'hotrod://h/c'], 'against which target?'],
    [['verify', 'm7'], 'there is no job m7'],
    [['verify', '--check', '/nonexistent/c.json'], 'cannot read /nonexistent/c.json'],
  ])('%j says what is wrong', async (args, message) => {
    const run = await servers.run(args);
    expect(run.code, run.stderr).toBe(ExitCode.usage);
    expect(run.stderr).toContain(message);
  });
});
