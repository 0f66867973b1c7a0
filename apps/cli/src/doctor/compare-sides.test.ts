import { expect, it } from 'vitest';
import { compareSides } from './compare-sides.js';
import type { SideFacts, SideReport } from './side-report.js';

const side = (name: string, facts: SideFacts): SideReport => ({
  name,
  url: `hustdb://${name}`,
  checks: [],
  facts,
});
const checks = (one: SideFacts, other: SideFacts) => compareSides([side('a', one), side('b', other)]);

it('says when a clock is away from that of this machine, and leaves what its header cannot tell', () => {
  expect(
    checks({ clockOffsetMs: 61_000, clockErrorMs: 510 }, { clockOffsetMs: -2200, clockErrorMs: 510 }),
  ).toMatchObject([
    { name: 'clock', status: 'warn', text: "the clock of a is 1m 1s ahead of this machine's" },
    { name: 'clock', status: 'ok' },
  ]);
});

it('says what other encodings mean, for keys and for values', () => {
  const bytes = { keyType: 'application/octet-stream', valueType: 'application/octet-stream' };
  const json = { keyType: 'text/plain', valueType: 'application/json' };
  expect(checks(bytes, json).filter(({ name }) => name !== 'clock')).toMatchObject([
    { name: 'keys-encoding', status: 'ok' },
    { name: 'values-encoding', status: 'fail', exitCode: 1 },
  ]);
  expect(checks(bytes, {})).toMatchObject([{ name: 'clock', status: 'note' }]);
});

it('tells which side counts versions, and how many entries each has', () => {
  const found = checks({ countsVersions: true, entries: 5 }, { countsVersions: false, entries: 7 });
  expect(found.map(({ text }) => text).slice(0, 2)).toEqual([
    "versions of b are tokens: they are not compared with the other side's",
    'a counts 5 entries, b 7: kvtwin diff tells which',
  ]);
});
