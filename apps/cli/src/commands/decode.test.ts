import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hustDbRecordings, temporaryFolder, vectorsDir } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../../test/recording-io.js';

const ping = ['a0011417000001ffffffff0f', 'a101180000'] as const;

describe('kvtwin decode', () => {
  it('shows every byte of a request and its response with its field', async () => {
    const { code, stdout } = await runInProcess(['decode', ...ping]);
    expect(code).toBe(0);
    expect(stdout).toContain('> ping #1 (2.0)');
    expect(stdout).toMatch(/00000000 {2}a0 +magic 0xa0\n/);
    expect(stdout).toContain('< ping #1');
  });

  it('reads hex and bytes from files, and hex from stdin', async () => {
    await using folder = await temporaryFolder();
    const [request, response] = [join(folder.path, 'request'), join(folder.path, 'response')];
    await writeFile(request, `${ping[0]}\n`);
    await writeFile(response, Buffer.from(ping[1], 'hex'));
    const fromFiles = await runInProcess(['decode', request, response, '--json']);
    const fromStdin = await runInProcess(['decode', '--json'], { stdin: `${ping.join('\n')}\n` });
    expect(JSON.parse(fromFiles.stdout)).toMatchObject({
      ok: true,
      reencodes: true,
      request: { operation: 'ping' },
    });
    expect(fromStdin.stdout).toBe(fromFiles.stdout);
  });

  it('decodes a request alone', async () => {
    expect(JSON.parse((await runInProcess(['decode', ping[0], '--json'])).stdout)).toMatchObject({
      ok: true,
    });
  });

  it('shows how far it came, and ends with 3', async () => {
    const { code, stdout } = await runInProcess(['decode', ping[0], 'a10118']);
    expect(code).toBe(3);
    expect(stdout).toContain('the response was not decoded');
    expect(stdout).toContain('HOTROD_TRUNCATED');
  });

  it.each([
    [['decode', 'xyz']],
    [['decode', '--head']],
    [['decode', 'a0', 'a1', '--ndjson']],
    [['decode', '--ndjson', '--hustdb', '/get2']],
  ])('refuses %j with 1', async (args) => {
    expect((await runInProcess(args)).code).toBe(1);
  });
});

describe('kvtwin decode --ndjson', () => {
  const row = (name: string, [request_hex, response_hex]: readonly [string, string]): string =>
    `${JSON.stringify({ name, request_hex, response_hex })}\n`;

  it('prints a line for each exchange; skipped ones are no failure', async () => {
    const stdin =
      row('a', ping) + row('b', ['', 'a101']) + row('c', ['a00114fd000001ffffffff0f', 'a101fe0000']);
    const { code, stdout } = await runInProcess(['decode', '--ndjson'], { stdin });
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ name, ok }) => [name, ok])).toEqual([
      ['a', true],
      ['b', undefined],
      ['c', undefined],
    ]);
  });

  it('ends with 3 where a row is not decoded, and goes on with the others', async () => {
    const stdin = `nonsense\n[1]\n{"name":"x","request_hex":7}\n${row('last', ping)}`;
    const { code, stdout } = await runInProcess(['decode', '--ndjson'], { stdin });
    expect(code).toBe(3);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ name, ok }) => [name, ok])).toEqual([
      ['line 1', false],
      ['line 2', false],
      ['x', false],
      ['last', true],
    ]);
  });

  it('takes null for bytes that are not there, CRLF, blank lines and a byte order mark', async () => {
    const [request_hex, response_hex] = ping;
    const lines = [
      `\ufeff${JSON.stringify({ name: 'all', request_hex, response_hex })}`,
      '',
      JSON.stringify({ name: 'null', request_hex: null, response_hex }),
      JSON.stringify({ name: 'missing', request_hex }),
    ];
    const { code, stdout } = await runInProcess(['decode', '--ndjson'], { stdin: lines.join('\r\n') });
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toMatchObject([
      { name: 'all', ok: true, reencodes: true },
      { name: 'null', skipped: expect.stringContaining('no request') },
      { name: 'missing', skipped: expect.stringContaining('no reply') },
    ]);
  });

  it('takes the recordings as they are', async () => {
    const { stdout } = await runInProcess(['decode', '--ndjson', `${vectorsDir}/hotrod/wire.ndjson`]);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(1628);
    expect(rows.filter(({ ok, seq }) => ok === false && !seq.startsWith('malformed-'))).toEqual([]);
  });
});

describe('kvtwin decode --hustdb', () => {
  const file = (name: string): string => join(vectorsDir, 'hustdb', name);

  it('prints what both masters hold', async () => {
    const conflict = hustDbRecordings().find(
      ({ endpoint, status }) => endpoint === '/hget2' && status === 409,
    )!;
    const { code, stdout } = await runInProcess([
      'decode',
      '--hustdb',
      '/hget2',
      file(conflict.responseFile),
    ]);
    expect(code).toBe(0);
    const { kind, values } = JSON.parse(stdout);
    expect(['value-conflict', 'diverged']).toContain(kind);
    expect(values).toHaveLength(2);
  });

  it('reads stdin, and says what is wrong with a reply', async () => {
    const stdin = 'HTTP/1.1 409 Conflict\r\nVersion: 1\r\nVal-Offset: x\r\nContent-Length: 2\r\n\r\nab';
    const { code, stdout, stderr } = await runInProcess(['decode', '--hustdb', 'hget2'], { stdin });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'HUSTDB_MALFORMED_HEADER', header: 'Val-Offset', value: 'x' },
    });
    expect(stderr).toContain('HUSTDB_MALFORMED_HEADER');
  });

  it('reads replies to HEAD', async () => {
    const stdin = 'HTTP/1.1 200 OK\r\nVersion: 1\r\nContent-Length: 13\r\n\r\n';
    const { code, stdout } = await runInProcess(['decode', '--hustdb', '/hget2', '--head'], { stdin });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'agreed', version: '1' });
    expect((await runInProcess(['decode', '--hustdb', '/hget2'], { stdin })).code).toBe(3);
  });

  it('tells an empty reply and an unknown endpoint', async () => {
    expect((await runInProcess(['decode', '--hustdb', '/hget2', '-'], { stdin: '' })).stdout).toContain(
      'HUSTDB_CLOSED_WITHOUT_REPLY',
    );
    expect((await runInProcess(['decode', '--hustdb', '/hget3', '-'], { stdin: '' })).code).toBe(1);
    expect((await runInProcess(['decode', '--hustdb', '/hget2', '/nonexistent'])).code).toBe(1);
  });
});
