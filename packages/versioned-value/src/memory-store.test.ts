import { describeStoreCompliance } from '@kvtwin/store-compliance';
import { ManualClock, openMemoryStoreFamily, withCounterEnvelopes } from './index.js';

const clock = new ManualClock();
const passTime = async (ms: number): Promise<void> => clock.turn(ms);

describeStoreCompliance('memory', {
  openFamily: async () => openMemoryStoreFamily('compliance', { clock }),
  passTime,
});

describeStoreCompliance('memory with counter envelopes', {
  openFamily: async () => withCounterEnvelopes(openMemoryStoreFamily('compliance', { clock })),
  passTime,
});
