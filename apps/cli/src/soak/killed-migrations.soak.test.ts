import { beforeAll, expect, it } from 'vitest';
import { buildKvtwin, buildLimitMs } from '../../test/built-kvtwin.js';
import { survivesMigrationKills } from '../../test/killed-migrations.js';
import { seededRandom } from '../demo/seeded-random.js';

beforeAll(() => buildKvtwin(), buildLimitMs);

it('survives two hundred kills of migrate', async () => {
  let hits = 0;
  for (let round = 1; hits < 200; round++) {
    hits += await survivesMigrationKills(400, 20, seededRandom(round));
    console.log(`round ${round}: ${hits} kills so far, every end as without them`);
    expect(round).toBeLessThan(100);
  }
});
