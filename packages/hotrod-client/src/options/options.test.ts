import { describe, expect, it } from 'vitest';
import { type HotRodClientOptions, resolveOptions } from './options.js';

describe('the options', () => {
  it('have defaults', () => {
    expect(resolveOptions()).toMatchObject({
      sites: [{ name: 'default', servers: [{ host: '127.0.0.1', port: 11222 }], intelligence: 3 }],
      cache: '',
      protocol: 'auto',
      overload: 'wait',
      maxRetries: 3,
    });
  });

  it.each<HotRodClientOptions>([
    { servers: [] },
    { servers: ['h:0'] },
    { servers: [{ host: '', port: 1 }] },
    { servers: [{ host: 'h', port: 70_000 }] },
    { protocol: '5.0' as never },
    { intelligence: 'clever' as never },
    { sites: { default: ['h'] } },
    { sites: { '': ['h'] } },
    { sites: { moon: [] } },
    { sites: { moon: { servers: ['h:0'] } } },
    { sites: { moon: {} as never } },
    { timeoutMs: 0 },
    { timeoutMs: Number.NaN },
    { connectTimeoutMs: 2 ** 31 },
    { maxRetries: -1 },
    { maxInFlight: 0 },
    { maxQueuedBytes: 1.5 },
    { overload: 'drop' as never },
    { keepAliveMs: -1 },
    { reconnectMinMs: 10, reconnectMaxMs: 5 },
    { maxValueBytes: 2 ** 31 },
    { auth: {} },
    { auth: { username: 'u' } },
    { auth: { password: 'p' } },
    { auth: { username: 'u', password: 'p', token: 't' } },
    { auth: { username: 'u', password: 'p', mechanism: 'GSSAPI' as never } },
    { auth: { username: 'u', password: 'p', mechanism: 'OAUTHBEARER' } },
    { auth: { token: 't', mechanism: 'SCRAM-SHA-256' } },
    { auth: { mechanism: 'EXTERNAL' } },
    { tls: false as never },
  ])('%j are refused', (options) => {
    expect(() => resolveOptions(options)).toThrow(
      expect.objectContaining({ code: 'HOTROD_INVALID_ARGUMENT' }),
    );
  });
});
