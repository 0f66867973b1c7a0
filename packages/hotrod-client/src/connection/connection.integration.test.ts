import { Socket } from 'node:net';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { codecs, HotRodClient } from '../index.js';

let server: HotRodServer;
let client: HotRodClient;

beforeAll(async () => {
  server = await HotRodServer.listen({ caches: { users: {} } });
  client = await HotRodClient.connect(server.url);
});
afterAll(async () => {
  await client.close();
  await server.close();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** What the client's socket is asked to write from now on. */
function writes(): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const write = Socket.prototype.write;
  vi.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, ...given: unknown[]) {
    if (this.remotePort === server.port) chunks.push(given[0] as Uint8Array);
    return Reflect.apply(write, this, given) as boolean;
  });
  return chunks;
}

describe('a connection', () => {
  it('writes the requests of one tick at once', async () => {
    const users = client.cache('users');
    const chunks = writes();
    await Promise.all(Array.from({ length: 100 }, (_, at) => users.get(`k${at}`)));
    expect(chunks).toHaveLength(1);
  });

  it('hands large values to the socket without copying them', async () => {
    const values = client.cache('users', { value: codecs.bytes });
    const value = new Uint8Array(64 * 1024).fill(7);
    const chunks = writes();
    await values.set('large', value);
    expect(chunks.some((chunk) => chunk.buffer === value.buffer)).toBe(true);
    expect(await values.get('large')).toEqual(value);
  });

  it('does not encode everything at once where much is asked in one tick', async () => {
    const values = client.cache('users', { value: codecs.bytes });
    const value = new Uint8Array(64 * 1024).fill(7);
    const calls = Array.from({ length: 200 }, (_, at) => values.set(`k${at}`, value));
    expect(client.load.inFlight).toBeLessThan(20);
    expect(client.load.waitingBytes).toBeGreaterThan(10 * 1024 * 1024);
    await Promise.all(calls);
    expect(client.load).toEqual({ waiting: 0, waitingBytes: 0, inFlight: 0 });
  });
});
