import { type CacheEvent, operations } from '@kvtwin/hotrod-protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallSender } from '../call-sender.js';
import { callTarget } from '../call-target.js';
import { HotRodError, type HotRodErrorCode } from '../hotrod-error.js';
import type { ListenerSink } from './event-listener.js';
import { EventRegistry } from './event-registry.js';

interface Asked {
  readonly operation: string;
  readonly listenerId: string;
  readonly connectionId: number | undefined;
  answer(sentOn: number): void;
  fail(code: HotRodErrorCode): void;
}

/** A client whose answers the test gives. */
class HeldSender implements CallSender {
  readonly asked: Asked[] = [];

  execute: CallSender['execute'] = (input) =>
    new Promise((resolve, reject) => {
      const { listenerId } = input.request as { listenerId: Uint8Array };
      this.asked.push({
        operation: input.operation.name,
        listenerId: Buffer.from(listenerId).toString('hex'),
        connectionId: input.connectionId,
        answer: (sentOn) =>
          resolve(input.interpret({ outcome: 'ok' } as never, { sentOn, server: `s${sentOn}` } as never)),
        fail: (code) => reject(new HotRodError(code, { code })),
      });
    });
  submit: CallSender['submit'] = () => {
    throw new Error('not used');
  };

  /** The next request, once it is there. */
  async next(): Promise<Asked> {
    await vi.waitFor(() => expect(this.asked.length).toBeGreaterThan(0), 5_000);
    return this.asked.shift()!;
  }
}

const target = callTarget({ cacheName: 'c' });
const registries: EventRegistry[] = [];
afterEach(() => {
  for (const registry of registries.splice(0)) registry.close();
});

function setUp(maxRetries = 0) {
  const sender = new HeldSender();
  const registry = new EventRegistry(sender, {
    name: '',
    reconnectMinMs: 1,
    reconnectMaxMs: 2,
    maxRetries,
  });
  registries.push(registry);
  const told: string[] = [];
  const sink: ListenerSink = {
    onEvent: ({ type }, replayed) => void told.push(replayed ? `${type} replayed` : type),
    onLost: (why) => void told.push(`lost: ${why}`),
    onResumed: ({ server }) => void told.push(`resumed at ${server}`),
    onEnded: ({ code }) => void told.push(`ended: ${code}`),
  };
  return { sender, registry, told, add: () => registry.add({ target, request: {}, sink }) };
}

function event(listenerId: string, type: CacheEvent['type'] = 'created', messageId = 0) {
  const id = Uint8Array.from(Buffer.from(listenerId, 'hex'));
  const made: CacheEvent = {
    type,
    form: 'plain',
    messageId,
    listenerId: id,
    commandRetried: false,
    key: new Uint8Array(),
  };
  return { kind: 'event', messageId, event: made } as const;
}

const on = (id: number) => ({ id, server: `s${id}` });

describe('a registry of listeners', () => {
  it('tells events before and behind the reply, and of one connection only', async () => {
    const { sender, registry, told, add } = setUp();
    const adding = add();
    const { operation, listenerId, answer } = await sender.next();
    expect(operation).toBe(operations.addClientListener.name);
    registry.onEvent(on(1), event(listenerId, 'created', 7));
    answer(1);
    const listener = await adding;
    expect(listener.server).toBe('s1');
    registry.onEvent(on(1), event(listenerId, 'removed'));
    registry.onEvent(on(2), event(listenerId, 'expired'));
    registry.onEvent(on(1), event('00', 'expired'));
    expect(told).toEqual(['created replayed', 'removed']);
  });

  it('adds a lost listener under the same id, and says resumed before the first event', async () => {
    const { sender, registry, told, add } = setUp();
    const adding = add();
    const first = await sender.next();
    first.answer(1);
    await adding;
    registry.onConnectionEnd(on(2), 'not its own');
    registry.onConnectionEnd(on(1), 'reset');
    const second = await sender.next();
    expect(second.listenerId).toBe(first.listenerId);
    registry.onEvent(on(3), event(second.listenerId));
    second.answer(3);
    await vi.waitFor(() => expect(told).toEqual(['lost: reset', 'resumed at s3', 'created']));
  });

  it('takes a new id after an answer that was lost, and stops what the server may have kept', async () => {
    const { sender, registry, told, add } = setUp();
    const adding = add();
    (await sender.next()).answer(1);
    await adding;
    registry.onConnectionEnd(on(1), 'reset');
    const doubtful = await sender.next();
    doubtful.fail('HOTROD_TIMEOUT');
    const renewed = await sender.next();
    expect(renewed.listenerId).not.toBe(doubtful.listenerId);
    renewed.answer(2);
    registry.onEvent(on(2), event(doubtful.listenerId, 'modified'));
    registry.onEvent(on(2), event(doubtful.listenerId, 'modified'));
    const removal = await sender.next();
    expect(removal).toMatchObject({
      operation: operations.removeClientListener.name,
      listenerId: doubtful.listenerId,
      connectionId: 2,
    });
    expect(sender.asked).toEqual([]);
    expect(told).toEqual(['lost: reset', 'resumed at s2']);
  });

  it('tries for ever what may heal, and ends what cannot', async () => {
    const { sender, registry, told, add } = setUp();
    const adding = add();
    (await sender.next()).answer(1);
    await adding;
    registry.onConnectionEnd(on(1), 'reset');
    for (const code of ['HOTROD_CONNECT', 'HOTROD_AUTH', 'HOTROD_CACHE_NOT_FOUND'] as const) {
      (await sender.next()).fail(code);
    }
    (await sender.next()).fail('HOTROD_UNSUPPORTED');
    await vi.waitFor(() => expect(told).toEqual(['lost: reset', 'ended: HOTROD_UNSUPPORTED']));
    expect(registry.size).toBe(0);
  });

  it('adds once more what was lost with its connection, and rejects otherwise', async () => {
    const { sender, registry, add } = setUp(1);
    const adding = add();
    (await sender.next()).fail('HOTROD_CONNECTION_LOST');
    (await sender.next()).answer(1);
    await adding;
    const failing = add();
    (await sender.next()).fail('HOTROD_CONNECTION_LOST');
    (await sender.next()).fail('HOTROD_CONNECTION_LOST');
    await expect(failing).rejects.toMatchObject({ code: 'HOTROD_CONNECTION_LOST' });
    expect(registry.size).toBe(1);
  });

  it('removes a listener that was taken away while it was being added again', async () => {
    const { sender, registry, told, add } = setUp();
    const adding = add();
    (await sender.next()).answer(1);
    const listener = await adding;
    registry.onConnectionEnd(on(1), 'reset');
    const again = await sender.next();
    await listener.remove();
    again.answer(2);
    expect(await sender.next()).toMatchObject({
      operation: operations.removeClientListener.name,
      connectionId: 2,
    });
    expect(told).toEqual(['lost: reset']);
    expect(registry.size).toBe(0);
  });

  it('ends all when the client is closed', async () => {
    const { sender, registry, told, add } = setUp();
    const adding = add();
    (await sender.next()).answer(1);
    await adding;
    registry.close();
    registry.onConnectionEnd(on(1), 'closed');
    expect(told).toEqual(['ended: HOTROD_CLOSED']);
    await expect(add()).rejects.toMatchObject({ code: 'HOTROD_CLOSED' });
  });
});
