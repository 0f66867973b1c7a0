import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startRudeServer, type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildKvtwin, buildLimitMs, type KvtwinProcess, spawnKvtwin } from '../test/built-kvtwin.js';

const program = fileURLToPath(new URL('../bin/kvtwin.js', import.meta.url));
let folder: TemporaryFolder;
let config: string;

beforeAll(async () => {
  await buildKvtwin();
  folder = await temporaryFolder();
  config = join(folder.path, 'config');
}, buildLimitMs);
afterAll(() => folder.remove());

function kvtwin(...args: string[]): KvtwinProcess {
  return spawnKvtwin(args, config, { KVTWIN_STATE: join(folder.path, 'state') });
}

describe('the program', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends a demo at %s with 0 and leaves nothing behind',
    async (signal) => {
      const demo = kvtwin('demo', '--port', '0');
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(await demo.line())?.[0];
      const reply = await fetch(`${address}/hget2?tb=test_table&key=test_key`);
      expect([reply.status, reply.headers.get('version'), await reply.text()]).toEqual([
        200,
        '1',
        'hustdbhavalue',
      ]);
      for (let line = ''; !line.includes('kvtwin diff'); ) line = await demo.line();
      expect(existsSync(config)).toBe(true);
      demo.child.kill(signal);
      // npm passes a Ctrl-C on that the terminal has sent already.
      demo.child.kill(signal);
      expect(await demo.ended).toMatchObject({ code: 0 });
      expect(existsSync(config)).toBe(false);
      await expect(fetch(`${address}/`)).rejects.toThrow();
    },
  );

  it('prints one line of JSON with its address once a server serves', async () => {
    const server = kvtwin('serve', 'hotrod', '--port', '0', '--json');
    const { url, port } = JSON.parse(await server.line());
    expect(url).toBe(`hotrod://127.0.0.1:${port}`);
    server.child.kill('SIGTERM');
    expect(await server.ended).toEqual({ code: 0, stderr: '' });
  });

  it('ends with 130 when a command is interrupted', async () => {
    await using silent = await startRudeServer({ kind: 'silent' });
    const url = `hustdb://${silent.address}`;
    const diff = kvtwin('diff', url, 'memory:b', '--timeout', '1m');
    await vi.waitFor(() => expect(silent.accepted).toBe(1), { timeout: 10_000 });
    diff.child.kill('SIGINT');
    expect(await diff.ended).toEqual({ code: 130, stderr: expect.stringContaining('kvtwin job resume d1') });
  });

  it('ends quietly when nobody reads on', async () => {
    const decode = kvtwin('decode', '--ndjson');
    decode.child.stdin.on('error', () => undefined);
    const row = JSON.stringify({
      name: 'x',
      request_hex: 'a0011417000001ffffffff0f',
      response_hex: 'a101180000',
    });
    decode.child.stdin.write(`${row}\n`);
    expect(JSON.parse(await decode.line())).toMatchObject({ ok: true });
    decode.child.stdout.destroy();
    const feeding = setInterval(() => decode.child.stdin.write(`${row}\n`.repeat(100)), 20);
    const { code, stderr } = await decode.ended;
    clearInterval(feeding);
    expect([code, stderr]).toEqual([130, '']);
  });

  it.skipIf(!existsSync('/dev/full'))('says that its output is cut off where the disk is full', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [program, 'completion', 'bash'], {
      stdio: ['ignore', full, 'pipe'],
    });
    let stderr = '';
    child.stderr!.on('data', (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    closeSync(full);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/^error: the output is cut off: ENOSPC.*\n$/)]);
  });

  it('suggests what may have been meant', async () => {
    const { code, stderr } = await kvtwin('gett', 'k').ended;
    expect(code).toBe(1);
    expect(stderr).toContain('Did you mean get?');
  });
});
