import { beforeAll, expect, it } from 'vitest';
import { buildKvtwin, buildLimitMs } from '../../test/built-kvtwin.js';
import { survivesKills } from '../../test/killed-jobs.js';
import { seededRandom } from '../demo/seeded-random.js';

beforeAll(() => buildKvtwin(), buildLimitMs);

it('survives two hundred kills of diff, apply and undo', async () => {
  let hits = 0;
  for (let round = 1; hits < 200; round++) {
    hits += await survivesKills(3000, 10, seededRandom(round));
    console.log(`round ${round}: ${hits} kills so far, every end as without them`);
    expect(round).toBeLessThan(100);
  }
});
