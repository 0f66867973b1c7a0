import { AsyncLocalStorage } from 'node:async_hooks';
import { HotRodServer } from '@kvtwin/hotrod-server';
import {
  type Context,
  type ContextManager,
  context,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { type ScriptedServer, startScriptedServer } from '../../test/scripted-server.js';
import { HotRodClient, type HotRodClientOptions } from '../index.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  context.disable();
  propagation.disable();
});

interface Seen {
  readonly operation: string;
  readonly parameters: Record<string, string>;
}

async function watchedServer(): Promise<{ server: ScriptedServer; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = await startScriptedServer({
    answer: ({ operation, header }) => {
      const parameters = (header.parameters ?? []).map(({ name, value }) => [
        name,
        new TextDecoder().decode(value),
      ]);
      seen.push({ operation: operation.name, parameters: Object.fromEntries(parameters) });
      return { outcome: 'absent' } as never;
    },
  });
  closers.push(() => server.close());
  return { server, seen };
}

async function connected(url: string, options: HotRodClientOptions): Promise<HotRodClient> {
  const client = await HotRodClient.connect(url, options);
  closers.push(() => client.close());
  return client;
}

/** What an OpenTelemetry SDK registers. */
function registerTracing(): void {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, run, self, ...args) => storage.run(active, () => run.apply(self, args)),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  const w3c: TextMapPropagator = {
    inject: (active, carrier, setter) => {
      const span = trace.getSpanContext(active);
      if (span === undefined) return;
      setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-0${span.traceFlags}`);
    },
    extract: (active) => active,
    fields: () => ['traceparent'],
  };
  context.setGlobalContextManager(manager);
  propagation.setGlobalPropagator(w3c);
}

describe('traceContext', () => {
  it("sends along the trace of each call's own caller, by @opentelemetry/api", async () => {
    registerTracing();
    const { server, seen } = await watchedServer();
    const client = await connected(server.url, {
      traceContext: () => {
        const carrier: Record<string, string> = {};
        propagation.inject(context.active(), carrier);
        return carrier;
      },
    });
    const cache = client.cache();
    const inSpan = (traceId: string, run: () => Promise<unknown>) => {
      const span = { traceId, spanId: '00f067aa0ba902b7', traceFlags: TraceFlags.SAMPLED };
      return context.with(trace.setSpanContext(context.active(), span), run);
    };
    const [one, two] = ['4bf92f3577b34da6a3ce929d0e0e4736', '0af7651916cd43dd8448eb211c80319c'] as const;
    await Promise.all([inSpan(one, () => cache.get('a')), inSpan(two, () => cache.get('b')), cache.get('c')]);
    expect(seen.map(({ parameters }) => parameters)).toEqual([
      { traceparent: `00-${one}-00f067aa0ba902b7-01` },
      { traceparent: `00-${two}-00f067aa0ba902b7-01` },
      {},
    ]);
  });

  it('is not sent below 4.0, where the header has no place for it', async () => {
    const { server, seen } = await watchedServer();
    for (const protocol of ['2.0', '3.1', '4.0', '4.1'] as const) {
      const client = await connected(server.url, {
        protocol,
        traceContext: () => ({ traceparent: protocol }),
      });
      await client.cache().get('k');
    }
    expect(seen.map(({ parameters }) => parameters.traceparent)).toEqual([
      undefined,
      undefined,
      '4.0',
      '4.1',
    ]);
  });

  it('does not fail a call by what it throws or returns', async () => {
    const { server, seen } = await watchedServer();
    const client = await connected(server.url, {
      traceContext: () => {
        throw new Error('no tracing today');
      },
    });
    expect(await client.cache().get('k')).toBeUndefined();
    const odd = await connected(server.url, { traceContext: () => ({ traceparent: 7 as never }) });
    expect(await odd.cache().get('k')).toBeUndefined();
    expect(seen).toHaveLength(2);
  });

  it('leaves the answers of a server as they are', async () => {
    const server = await HotRodServer.listen({ caches: { users: {} } });
    closers.push(() => server.close());
    const client = await connected(server.url, {
      traceContext: () => ({ traceparent: '00-x', tracestate: 'a=b' }),
    });
    const users = client.cache('users');
    await users.set('k', 'v');
    expect(await users.get('k')).toBe('v');
    expect((await users.getMany(['k'])).get('k')).toBe('v');
  });
});
