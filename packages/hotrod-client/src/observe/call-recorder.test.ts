import { channel } from 'node:diagnostics_channel';
import { operations } from '@kvtwin/hotrod-protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { callTarget } from '../call-target.js';
import { HotRodError } from '../hotrod-error.js';
import { PendingCall } from '../pending-call.js';
import { CallRecorder } from './call-recorder.js';

const IDLE = { waiting: 0, waitingBytes: 0, inFlight: 0 };
const timedOut = new HotRodError('too late', { code: 'HOTROD_TIMEOUT' });

function call(server: string | undefined, operation: 'get' | 'put' = 'get'): PendingCall {
  const made = new PendingCall(
    {
      operation: operations[operation],
      request: { key: new TextEncoder().encode('secret key'), value: new TextEncoder().encode('secret') },
      target: callTarget({ cacheName: 'users' }),
      interpret: () => undefined,
    },
    1_000,
  );
  made.submittedAtMs = 1_000;
  made.server = server;
  made.messageId = 7;
  made.sends = 1;
  return made;
}

const subscriptions: [string, (message: unknown) => void][] = [];
function listen(name: string): Record<string, unknown>[] {
  const heard: Record<string, unknown>[] = [];
  const listener = (message: unknown): void => {
    heard.push(message as Record<string, unknown>);
  };
  channel(name).subscribe(listener);
  subscriptions.push([name, listener]);
  return heard;
}
afterEach(() => {
  for (const [name, listener] of subscriptions.splice(0)) channel(name).unsubscribe(listener);
});

describe('statistics', () => {
  it('count per client, server and operation', () => {
    const recorder = new CallRecorder('');
    recorder.succeeded(call('a:1'), 1_002);
    recorder.succeeded(call('a:1', 'put'), 1_004);
    recorder.succeeded(call('b:1'), 1_006);
    recorder.failed(call('b:1'), timedOut);
    recorder.failed(call(undefined), timedOut);
    recorder.retried(call('b:1'), 'the connection was lost');
    recorder.bytesSent = 10;
    const stats = recorder.stats({ ...IDLE, inFlight: 3 });
    expect(stats).toMatchObject({ calls: 5, errors: 2, retries: 1, inFlight: 3, bytesSent: 10 });
    expect(stats.errorsByCode).toEqual({ HOTROD_TIMEOUT: 2 });
    expect(stats.latency).toMatchObject({ count: 3, meanMs: 4, maxMs: 6 });
    expect(stats.operations.get).toMatchObject({ calls: 4, errors: 2 });
    expect(stats.operations.put).toMatchObject({ calls: 1, errors: 0, latency: { maxMs: 4 } });
    expect(stats.servers['b:1']).toMatchObject({ calls: 2, errors: 1, retries: 1 });
    expect(Object.keys(stats.servers)).toEqual(['a:1', 'b:1', 'none']);
  });

  it('take no more memory with ever new servers', () => {
    const recorder = new CallRecorder('');
    for (let port = 1; port <= 1_000; port++) recorder.succeeded(call(`a:${port}`), 1_001);
    const { servers, calls } = recorder.stats(IDLE);
    expect(calls).toBe(1_000);
    expect(Object.keys(servers)).toHaveLength(65);
    expect(servers.other?.calls).toBe(936);
  });
});

describe('diagnostics', () => {
  it('make nothing while nobody listens', () => {
    const recorder = new CallRecorder('app');
    let described = 0;
    const watched = new Proxy(call('a:1'), {
      get(target, name) {
        if (name === 'messageId') described++;
        return Reflect.get(target, name, target);
      },
    });
    recorder.sent(watched);
    recorder.succeeded(watched, 1_001);
    recorder.failed(watched, timedOut);
    recorder.retried(watched, 'lost');
    expect(described).toBe(0);
    listen('hotrod:request');
    recorder.sent(watched);
    expect(described).toBe(1);
  });

  it('tell of a call from its first attempt to its end, by one id', () => {
    const recorder = new CallRecorder('app');
    const requests = listen('hotrod:request');
    const retries = listen('hotrod:retry');
    const asked = call('a:1');
    recorder.sent(asked);
    recorder.retried(asked, 'the connection was lost');
    asked.sends = 2;
    recorder.sent(asked);
    recorder.succeeded(asked, 1_003);
    const { callId } = requests[0]!;
    const base = {
      callId,
      client: 'app',
      operation: 'get',
      cache: 'users',
      server: 'a:1',
      messageId: 7,
    };
    expect(requests).toEqual([
      { phase: 'start', ...base, attempt: 1 },
      { phase: 'start', ...base, attempt: 2 },
      { phase: 'end', ...base, attempt: 2, durationMs: 3 },
    ]);
    const { messageId: _, ...rest } = base;
    expect(retries).toEqual([{ ...rest, attempt: 1, why: 'the connection was lost' }]);
    expect(JSON.stringify(requests)).not.toContain('secret');
  });

  it('tell of a failure with its error', () => {
    const recorder = new CallRecorder('');
    const requests = listen('hotrod:request');
    recorder.failed(call('a:1'), timedOut);
    expect(requests).toMatchObject([{ phase: 'error', error: timedOut }]);
  });
});
