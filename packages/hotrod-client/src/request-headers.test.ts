import { describe, expect, it } from 'vitest';
import { callTarget } from './call-target.js';
import { RequestHeaders } from './request-headers.js';

describe('RequestHeaders', () => {
  const users = callTarget({ cacheName: 'users', keyType: 'text/plain' });
  const orders = callTarget({ cacheName: 'orders' });

  it('prepares one header for each target', () => {
    const headers = new RequestHeaders();
    const first = headers.headerFor(users, 0, '4.1');
    const second = headers.headerFor(orders, 0, '4.1');
    expect([first.cacheName, second.cacheName]).toEqual(['users', 'orders']);
    expect(headers.headerFor(users, 0, '4.1')).toBe(first);
    expect(headers.headerFor(orders, 0, '4.1')).toBe(second);
    expect(first.keyMediaType).toEqual(users.keyMediaType);
  });

  it('never hands out one with other flags or of another version', () => {
    const headers = new RequestHeaders();
    for (const flags of [0, 1, 1, 0]) expect(headers.headerFor(users, flags, '4.1').flags).toBe(flags);
    for (const version of ['3.1', '4.1', '2.0', '2.0'] as const) {
      expect(headers.headerFor(users, 0, version).version).toBe(version);
    }
  });
});
