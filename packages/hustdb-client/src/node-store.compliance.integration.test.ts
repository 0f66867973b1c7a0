import { HustDbNode } from '@kvtwin/hustdb-node';
import { describeStoreCompliance } from '@kvtwin/store-compliance';
import { ManualClock } from '@kvtwin/versioned-value';
import { afterAll } from 'vitest';
import { openHustDbStoreFamily } from './open-hustdb-store-family.js';

const clock = new ManualClock();
const node = await HustDbNode.listen({ clock, auth: { user: 'huststore', password: 'p@ss:word' } });
afterAll(() => node.close());

describeStoreCompliance('hustdb:// over an embedded node', {
  openFamily: () => openHustDbStoreFamily(`hustdb://huststore:p%40ss%3Aword@127.0.0.1:${node.port}`),
  selectors: [
    { type: 'kv' },
    { type: 'hash', table: 'compliance' },
    { type: 'set', table: 'compliance:set' },
    { type: 'zset', table: 'compliance:zset' },
  ],
  passTime: async (ms) => clock.turn(ms),
});
