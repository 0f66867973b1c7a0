import { beforeAll, expect, it } from 'vitest';
import { buildKvtwin, buildLimitMs } from '../../test/built-kvtwin.js';
import { survivesMigrationKills } from '../../test/killed-migrations.js';
import { seededRandom } from '../demo/seeded-random.js';

beforeAll(() => buildKvtwin(), buildLimitMs);

it('ends a migration that was killed at random moments as if nothing had happened', {
  timeout: 300_000,
}, async () => {
  expect(await survivesMigrationKills(120, 4, seededRandom(11))).toBeGreaterThan(0);
});
