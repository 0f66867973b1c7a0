import { beforeAll, expect, it } from 'vitest';
import { buildKvtwin, buildLimitMs } from '../../test/built-kvtwin.js';
import { survivesKills } from '../../test/killed-jobs.js';
import { seededRandom } from '../demo/seeded-random.js';

beforeAll(() => buildKvtwin(), buildLimitMs);

it('ends jobs that were killed at random moments as if nothing had happened', {
  timeout: 300_000,
}, async () => {
  expect(await survivesKills(600, 3, seededRandom(7))).toBeGreaterThan(0);
});
