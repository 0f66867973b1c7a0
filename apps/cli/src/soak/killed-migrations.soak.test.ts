import { beforeAll, expect, it } from 'vitest';
import { buildKvtwin, buildLimitMs } from '../../test/built-kvtwin.js';
import { survivesMigrationKills } from '../../test/killed-migrations.js';
import { seededRandom } from '../demo/seeded-random.js';

/** Of one run: SOAK_KILLS=100 SOAK_SEED=1 and SOAK_KILLS=100 SOAK_SEED=1001 are two hundred in two pieces. */
const wanted = Number(process.env.SOAK_KILLS ?? 200);
const firstSeed = Number(process.env.SOAK_SEED ?? 1);

/** A kill costs the start of a process and half a migration: few keys make many kills, and still some twenty batches. */
const keysOfATable = 120;
const killsOfARound = 25;

beforeAll(() => buildKvtwin(), buildLimitMs);

it(`survives ${wanted} kills of migrate`, async () => {
  let hits = 0;
  for (let round = 0; hits < wanted; round++) {
    hits += await survivesMigrationKills(keysOfATable, killsOfARound, seededRandom(firstSeed + round));
    console.log(`seed ${firstSeed + round}: ${hits} kills so far, every end as without them`);
    expect(round).toBeLessThan(wanted);
  }
});
