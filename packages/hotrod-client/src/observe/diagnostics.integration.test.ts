import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { HotRodCluster, HotRodServer } from '@kvtwin/hotrod-server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bundledProgram } from '../../test/bundled-program.js';
import { collectDiagnostics } from '../../test/collect-diagnostics.js';
import { HotRodClient, type HotRodClientOptions } from '../index.js';
import type {
  ConnectDiagnostics,
  RequestDiagnostics,
  RetryDiagnostics,
  TopologyDiagnostics,
} from './diagnostics.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function listen<Message>(name: string): Message[] {
  const { messages, stop } = collectDiagnostics<Message>(name);
  closers.push(stop);
  return messages;
}

async function startServer(): Promise<HotRodServer> {
  const server = await HotRodServer.listen({ caches: { c: {} } });
  closers.push(() => server.close());
  return server;
}

async function connect(url: string, options: HotRodClientOptions = {}): Promise<HotRodClient> {
  const client = await HotRodClient.connect(url, { reconnectMinMs: 5, reconnectMaxMs: 50, ...options });
  closers.push(() => client.close());
  return client;
}

describe('diagnostics channels', () => {
  it('tell of connections and requests, and never a key, a value or a password', async () => {
    const requests = listen<RequestDiagnostics>('hotrod:request');
    const connects = listen<ConnectDiagnostics>('hotrod:connect');
    const server = await startServer();
    const client = await connect(server.url, { name: 'app' });
    const c = client.cache('c');
    await c.set('secret-key', 'secret-value');
    await expect(client.cache('nowhere').get('secret-key')).rejects.toMatchObject({
      code: 'HOTROD_CACHE_NOT_FOUND',
    });
    await client.close();
    const at = `127.0.0.1:${server.port}`;
    const mine = connects.filter((message) => message.client === 'app');
    expect(mine.map(({ phase }) => phase)).toEqual(['start', 'end', 'close']);
    expect(mine[1]).toMatchObject({ server: at, protocolVersion: '4.1', durationMs: expect.any(Number) });
    const put = requests.filter(({ operation }) => operation === 'put');
    expect(put).toMatchObject([
      { phase: 'start', client: 'app', cache: 'c', server: at, attempt: 1 },
      { phase: 'end', client: 'app', cache: 'c', server: at, attempt: 1, durationMs: expect.any(Number) },
    ]);
    expect(put[0]!.callId).toBe(put[1]!.callId);
    expect(put[0]!.messageId).toBeGreaterThan(0);
    expect(requests.filter(({ cache }) => cache === 'nowhere').map(({ phase }) => phase)).toEqual([
      'start',
      'error',
    ]);
    expect(JSON.stringify([requests, connects])).not.toContain('secret');
  });

  it('tell of retries and of what a cluster has become', async () => {
    const retries = listen<RetryDiagnostics>('hotrod:retry');
    const topologies = listen<TopologyDiagnostics>('hotrod:topology');
    const cluster = await HotRodCluster.start({ caches: { c: {} }, nodes: 2 });
    closers.push(() => cluster.close());
    const client = await connect(cluster.url, { name: 'retrying' });
    const c = client.cache('c');
    await c.set('k', 'v');
    await vi.waitFor(() => expect(topologies.some(({ client }) => client === 'retrying')).toBe(true), 10_000);
    expect(topologies[0]).toMatchObject({ phase: 'change', cache: 'c', segmentCount: 256 });
    for (const node of cluster.nodes) {
      node.faults.inject({ status: 0x88, message: 'starting' }, { operation: 'get' });
    }
    expect(await c.get('k')).toBe('v');
    expect(retries[0]).toMatchObject({ client: 'retrying', operation: 'get', cache: 'c', attempt: 1 });
    expect(client.stats().retries).toBeGreaterThanOrEqual(1);
  });
});

describe('stats()', () => {
  it('count calls, errors, retries and bytes, per server and operation', async () => {
    const server = await startServer();
    const client = await connect(server.url);
    const c = client.cache('c');
    await c.set('k', 'v'.repeat(10_000));
    await c.get('k');
    await c.get('k');
    await expect(client.cache('nowhere').get('k')).rejects.toThrow();
    server.faults.holdReplies();
    await expect(c.get('k', { timeoutMs: 30 })).rejects.toMatchObject({ code: 'HOTROD_TIMEOUT' });
    const waiting = c.get('k');
    const stats = client.stats();
    expect(stats).toMatchObject({
      calls: 5,
      errors: 2,
      retries: 0,
      errorsByCode: { HOTROD_CACHE_NOT_FOUND: 1, HOTROD_TIMEOUT: 1 },
      operations: { put: { calls: 1, errors: 0 }, get: { calls: 4, errors: 2 } },
      servers: { [`127.0.0.1:${server.port}`]: { calls: 5, operations: { put: { calls: 1 } } } },
    });
    expect(stats.inFlight).toBeGreaterThanOrEqual(2);
    expect(stats.bytesSent).toBeGreaterThan(10_000);
    expect(stats.bytesReceived).toBeGreaterThan(20_000);
    expect(stats.latency.count).toBe(3);
    expect(stats.latency.p99Ms).toBeGreaterThan(0);
    server.faults.releaseReplies();
    await waiting;
    await vi.waitFor(() => expect(client.stats().inFlight).toBe(0), 10_000);
  });
});

describe('NODE_DEBUG=hotrod', () => {
  const program = `
    import { HotRodClient } from '@kvtwin/hotrod-client';
    import { HotRodServer } from '@kvtwin/hotrod-server';
    const server = await HotRodServer.listen({ caches: { c: {} }, auth: { users: { app: 'secret-password' } } });
    const client = await HotRodClient.connect(server.url.replace('//', '//app:secret-password@'));
    await client.cache('c').set('secret-key', 'secret-value');
    await client.close();
    await server.close();
  `;

  it.each([
    ['hotrod', true],
    ['', false],
  ])(
    'as %j prints what happens to connections: %s',
    async (debug, prints) => {
      const child = spawn(process.execPath, ['--input-type=module'], {
        env: { ...process.env, NODE_DEBUG: debug },
        stdio: ['pipe', 'ignore', 'pipe'],
      });
      let printed = '';
      child.stderr.on('data', (chunk) => {
        printed += chunk;
      });
      child.stdin.end(await bundledProgram(program));
      const [code] = await once(child, 'close');
      expect(code, printed).toBe(0);
      expect(/HOTROD \d+: connection \d+ to 127\.0\.0\.1:\d+ speaks 4\.1/.test(printed)).toBe(prints);
      expect(/has logged in by SCRAM-SHA-256/.test(printed)).toBe(prints);
      expect(printed).not.toContain('secret');
    },
    60_000,
  );
});
