import { describe, expect, it } from 'vitest';
import { callTarget } from '../call-target.js';
import type { CallTarget } from '../pending-call.js';
import type { HeaderDetails } from './header-details.js';
import { RequestHeaders } from './request-headers.js';

describe('RequestHeaders', () => {
  const users = callTarget({ cacheName: 'users', keyType: 'text/plain' });
  const orders = callTarget({ cacheName: 'orders' });
  const details: HeaderDetails = { flags: 0, version: '4.1', intelligence: 3, topologyId: -1 };

  function headerFor(headers: RequestHeaders, target: CallTarget, given: HeaderDetails) {
    const { flags, version, intelligence, topologyId } = given;
    return headers.headerFor(target, flags, version, intelligence, topologyId);
  }

  it('prepares one header for each target', () => {
    const headers = new RequestHeaders();
    const first = headerFor(headers, users, details);
    const second = headerFor(headers, orders, details);
    expect([first.cacheName, second.cacheName]).toEqual(['users', 'orders']);
    expect(headerFor(headers, users, details)).toBe(first);
    expect(headerFor(headers, orders, details)).toBe(second);
    expect(first.keyMediaType).toEqual(users.keyMediaType);
  });

  it.each<Partial<HeaderDetails>>([
    { flags: 1 },
    { version: '2.0' },
    { intelligence: 1 },
    { topologyId: -220_779_250 },
  ])('never hands out one with other details than %j', (other) => {
    const headers = new RequestHeaders();
    for (const more of [{}, other, other, {}]) {
      const wanted = { ...details, ...more };
      expect(headerFor(headers, users, wanted)).toMatchObject(wanted);
    }
  });
});
