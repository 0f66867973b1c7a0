import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { startRudeServer, type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliResult, runInProcess } from '../../test/recording-io.js';

let server: HotRodServer;
let node: HustDbNode;
let folder: TemporaryFolder;

beforeEach(async () => {
  server = await HotRodServer.listen({ caches: { users: {} } });
  node = await HustDbNode.listen();
  folder = await temporaryFolder();
});
afterEach(async () => {
  await server.close();
  await node.close();
  await folder.remove();
});

const short = ['--duration', '300ms', '--warmup', '20ms', '--rounds', '3', '--rate', '200', '--keys', '20'];
const bench = (...args: string[]): Promise<CliResult> => runInProcess(['bench', ...args, ...short]);
const json = ({ stdout }: CliResult) => JSON.parse(stdout);

async function keysLeft(url: string): Promise<string> {
  return (await runInProcess(['scan', '--first', url, '--second', 'memory:b', '--side', 'first'])).stdout;
}

describe('kvtwin bench', () => {
  it('measures gets and puts of a store, and leaves other keys alone and none of its own', async () => {
    const url = `${server.url}/users`;
    await runInProcess(['put', 'mine', 'v', '--first', url, '--second', 'memory:b', '--side', 'first']);
    const result = await bench(url, '--json');
    expect(result.code).toBe(0);
    const { targets, corrected, rate } = json(result);
    expect({ corrected, rate }).toEqual({ corrected: true, rate: 200 });
    expect(targets[0]).toMatchObject({ operations: 60, failures: 0, notBegun: 0, errors: {} });
    expect(targets[0].get.count + targets[0].put.count).toBe(60);
    expect(targets[0].get.count).toBeGreaterThan(targets[0].put.count);
    expect(targets[0].rounds).toHaveLength(3);
    const left = await keysLeft(url);
    expect(left).toContain('mine');
    expect(left).not.toContain('kvtwin-bench:');
  });

  it('compares two targets round by round, prints percentiles and bars, and writes a log', async () => {
    const log = join(folder.path, 'latencies.hlog');
    const { code, stdout } = await bench(`${server.url}/users`, node.url, '--hdr', log);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^hotrod:\/\/127.* {2}60 operations, [\d.]+\/s$/m);
    expect(stdout).toMatch(/ +all +get +put\n/);
    expect(stdout).toMatch(/ p99\.9 +[\d.]+ (µs|ms)/);
    expect(stdout).toMatch(/[\d.]+ (µs|ms) +[\d.]+ % +[█▏▎▍▌▋▊▉]/);
    expect(stdout).toMatch(/second to first, median of the rounds\n +throughput +[\d.]+ +[\d.]+ to [\d.]+\n/);
    const lines = (await readFile(log, 'utf8')).trim().split('\n');
    expect(lines.filter((line) => line.startsWith('Tag=hotrod://'))).toHaveLength(3);
    expect(lines.filter((line) => line.startsWith('Tag=hustdb://'))).toHaveLength(3);
    expect(await keysLeft(node.url)).not.toContain('kvtwin-bench:');
  });

  it('runs a closed loop with --in-flight', async () => {
    const loop = [
      '--duration',
      '200ms',
      '--warmup',
      '20ms',
      '--rounds',
      '2',
      '--keys',
      '5',
      '--in-flight',
      '4',
    ];
    const result = await runInProcess(['bench', `${server.url}/users`, '--json', '--reads', '0', ...loop]);
    expect(json(result)).toMatchObject({ inFlight: 4, corrected: false });
    expect(json(result).targets[0].put.count).toBe(json(result).targets[0].operations);
  });

  describe('with a web server', () => {
    let web: Server;
    let address: string;
    const asked = new Set<string>();
    beforeEach(async () => {
      asked.clear();
      web = createServer((request, reply) => {
        asked.add(request.url ?? '');
        reply.statusCode = request.url === '/3' ? 503 : 200;
        reply.end('ok');
      });
      await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
      address = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    });
    afterEach(() => new Promise((resolve) => web.close(resolve)));

    it('asks an address by GET, puts the number of a key into it, and counts failures by code', async () => {
      const result = await bench(`${address}/{key}`, '--json');
      expect(result.code).toBe(3);
      const [target] = json(result).targets;
      expect(Object.keys(target.errors)).toEqual(['HTTP_503']);
      expect(target.operations + target.failures).toBe(60);
      expect(asked.size).toBeGreaterThan(10);
      expect((await bench(address, '--reads', '50')).code).toBe(1);
    });
  });

  it('ends with 4 where nothing answers, and with 130 when it is stopped, having cleaned up', async () => {
    expect((await bench('hotrod://127.0.0.1:1', '--timeout', '500ms')).code).toBe(4);
    await using silent = await startRudeServer({ kind: 'silent' });
    expect((await bench(`hustdb://${silent.address}`, '--timeout', '200ms')).code).toBe(4);
    const stopping = new AbortController();
    const url = `${server.url}/users`;
    const running = runInProcess(['bench', url, '--rate', '100', '--duration', '1h'], {
      signal: stopping.signal,
    });
    while (!(await keysLeft(url)).includes('kvtwin-bench:'));
    stopping.abort();
    expect((await running).code).toBe(130);
    expect(await keysLeft(url)).toBe('');
  });

  it.each([
    [['bench'], 'missing required argument'],
    [['bench', 'memory:a', '--rate', '10', '--in-flight', '3'], 'two ways'],
    [['bench', 'memory:a', '--keys', '1000000', '--value-size', '1MiB'], 'more than 1 GiB'],
    [['bench', 'memory:a', '--rate', '2000000'], 'at most 1 000 000'],
    [['bench', 'memory:a', '--reads', '101'], 'Give 0 to 100'],
    [['bench', 'memory:a', '--duration', '2000h'], 'longer than a day'],
    [['bench', 'redis://a'], 'unknown backend'],
  ])('refuses %j with 1', async (args, message) => {
    const { code, stderr } = await runInProcess(args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});
