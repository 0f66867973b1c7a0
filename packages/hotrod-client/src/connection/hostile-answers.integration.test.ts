import { ByteWriter } from '@kvtwin/bytes';
import { type AnyReply, encodeResponse, type OperationDefinition } from '@kvtwin/hotrod-protocol';
import { HotRodCluster } from '@kvtwin/hotrod-server';
import { seededRandom } from '@kvtwin/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { type ScriptedServerOptions, startScriptedServer } from '../../test/scripted-server.js';
import { codecs, HotRodClient, HotRodError } from '../index.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const quick = { reconnectMinMs: 1, reconnectMaxMs: 5, maxRetries: 0 };

async function scripted(options: ScriptedServerOptions) {
  const server = await startScriptedServer(options);
  closers.push(() => server.close());
  const client = await HotRodClient.connect(server.url, quick);
  closers.push(() => client.close());
  return { server, client };
}

async function outcomeOf(call: Promise<unknown>): Promise<HotRodError | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (HotRodError.is(error)) return error;
    throw error;
  }
}

describe('a reply that is broken off', () => {
  const reply = { outcome: 'ok', value: new TextEncoder().encode('a value of some length') } as AnyReply;

  it.each(['reset', 'close'] as const)('by a %s ends its call, wherever that is', async (end) => {
    let cutAt = 0;
    const { server, client } = await scripted({
      answer: ({ operation, header: { messageId, version } }) => {
        const writer = new ByteWriter();
        encodeResponse(writer, operation as OperationDefinition<never, AnyReply>, { messageId }, reply, {
          version,
        });
        return { bytes: writer.take().slice(0, cutAt), end };
      },
    });
    const length = 28;
    for (cutAt = 0; cutAt < length; cutAt++) {
      const failure = await outcomeOf(client.cache('c').get('k', { timeoutMs: 10_000 }));
      expect(failure).toMatchObject({ code: 'HOTROD_CONNECTION_LOST', mayHaveBeenApplied: false });
    }
    expect(await client.cache('c').get('k')).toBe('a value of some length');
    expect(server.received.filter((name) => name === 'get')).toHaveLength(length + 1);
  });
});

describe('bytes that make no sense', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('end in an error for every caller (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const { server, client } = await scripted({
      answer: ({ header: { messageId } }) => {
        const bytes = random.bytes(random.integer(8, 60));
        const beginning = [0xa1, Number(messageId) & 0x7f, 0x04, random.integer(0, 9), random.integer(0, 1)];
        if (random.next() < 0.5) bytes.set(beginning);
        return { bytes, end: random.next() < 0.5 ? 'reset' : 'close' };
      },
    });
    const c = client.cache('c', { value: codecs.bytes });
    for (let round = 0; round < 25; round++) {
      const failures = await Promise.all(
        [1, 2, 3].map((at) => outcomeOf(c.get(`k${at}`, { timeoutMs: 10_000 }))),
      );
      for (const failure of failures) {
        if (failure === undefined) continue;
        expect([
          'HOTROD_PROTOCOL',
          'HOTROD_CONNECTION_LOST',
          'HOTROD_CONNECT',
          'HOTROD_REQUEST_REFUSED',
          'HOTROD_SERVER_ERROR',
        ]).toContain(failure.code);
      }
    }
    expect(server.accepted).toBeGreaterThan(1);
    expect(client.load.waiting).toBe(0);
  });
});

describe('an answer that is none', () => {
  it.each([
    ['unknown-status', 'HOTROD_PROTOCOL'],
    ['wrong-message-id', 'HOTROD_PROTOCOL'],
    ['wrong-opcode', 'HOTROD_PROTOCOL'],
    ['wrong-magic', 'HOTROD_PROTOCOL'],
    ['huge-length', 'HOTROD_PROTOCOL'],
    ['reset-unapplied', 'HOTROD_CONNECTION_LOST'],
    ['reset-applied', 'HOTROD_CONNECTION_LOST'],
    ['reset-mid-reply', 'HOTROD_CONNECTION_LOST'],
    ['end-mid-reply', 'HOTROD_CONNECTION_LOST'],
    ['no-reply', 'HOTROD_TIMEOUT'],
  ] as const)('(%s) ends in %s for its caller, and nobody waits for ever', async (fault, code) => {
    const cluster = await HotRodCluster.start({ nodes: 1, caches: { c: {} } });
    closers.push(() => cluster.close());
    const client = await HotRodClient.connect(cluster.url, { ...quick, timeoutMs: 1_000 });
    closers.push(() => client.close());
    const c = client.cache('c');
    await c.set('k', 'v');
    cluster.node(0).faults.inject(fault, { operation: 'get' });
    const others = Array.from({ length: 20 }, (_, at) => outcomeOf(c.set(`k${at}`, 'w')));
    const failure = await outcomeOf(c.get('k'));
    expect(failure?.code).toBe(code);
    for (const other of await Promise.all(others)) {
      if (other !== undefined) expect(other).toMatchObject({ code, mayHaveBeenApplied: true });
    }
    expect(await outcomeOf(c.set('k', 'x'))).toBeUndefined();
    expect(await c.get('k')).toBe('x');
    expect(client.load.waiting).toBe(0);
  });
});
