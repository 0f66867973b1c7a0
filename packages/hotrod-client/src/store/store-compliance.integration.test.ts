import { HotRodServer } from '@kvtwin/hotrod-server';
import { describeStoreCompliance } from '@kvtwin/store-compliance';
import { ManualClock } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe } from 'vitest';
import { openHotRodStoreFamily } from './open-hotrod-store-family.js';

describe.each([
  ['raw keys', 'layout=raw'],
  ['typed keys', 'layout=typed'],
  ['a counter envelope', 'layout=typed&envelope=1'],
  ['protocol 2.5', 'protocol=2.5'],
])('with %s', (name, properties) => {
  const clock = new ManualClock(Date.now());
  let server: HotRodServer;
  beforeAll(async () => {
    server = await HotRodServer.listen({ caches: { users: { segments: 16 } }, clock });
  });
  afterAll(() => server.close());

  describeStoreCompliance(name, {
    openFamily: () => openHotRodStoreFamily(`${server.url}/users?${properties}`),
    passTime: (ms) => clock.advance(ms),
    selectors: [{ type: 'kv' }, { type: 'hash', table: 'compliance' }],
  });
});
