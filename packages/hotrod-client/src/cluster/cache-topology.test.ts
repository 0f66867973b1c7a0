import type { Topology } from '@kvtwin/hotrod-protocol';
import { describe, expect, it } from 'vitest';
import { CacheTopology } from './cache-topology.js';

const topology = (
  topologyId: number,
  owners: number[][] = [
    [0, 1],
    [1, 0],
  ],
  functionVersion = 3,
): Topology => ({
  topologyId,
  servers: [
    { host: 'a', port: 1 },
    { host: 'b', port: 2 },
  ],
  hash: { functionVersion, segmentCount: owners.length, owners },
});

function applied(topologyId: number, connectionId = 1): CacheTopology<string> {
  const known = new CacheTopology<string>('c');
  known.apply(topology(topologyId), ['A', 'B'], connectionId);
  return known;
}

describe('a topology', () => {
  it('says who has a segment, the primary owner first', () => {
    const known = applied(-220_779_250);
    expect(known).toMatchObject({ topologyId: -220_779_250, members: ['A', 'B'], segmentCount: 2 });
    expect(known.owners).toEqual([
      ['A', 'B'],
      ['B', 'A'],
    ]);
  });

  it('is taken up once, however many replies bring it', () => {
    const known = new CacheTopology<string>('c');
    expect(known.isNews(topology(7), -1, 1)).toBe(true);
    known.apply(topology(7), ['A', 'B'], 1);
    expect(known.isNews(topology(7), -1, 1)).toBe(false);
    expect(known.isNews(topology(7), -1, 2)).toBe(false);
  });

  it('is not undone by the answer to an older question', () => {
    const known = applied(7);
    expect(known.isNews(topology(6), -1, 2)).toBe(false);
    expect(known.isNews(topology(6), 7, 2)).toBe(true);
  });

  it('is followed by a later one on the same connection, whatever was asked', () => {
    expect(applied(7, 1).isNews(topology(9), -1, 1)).toBe(true);
  });

  it('compares ids for equality: a smaller one is as new as a larger one', () => {
    expect(applied(1_668_321_908).isNews(topology(-5), 1_668_321_908, 2)).toBe(true);
    expect(applied(-5).isNews(topology(1_668_321_908), -5, 2)).toBe(true);
  });

  it('has no owners where the servers tell none, or hash in another way', () => {
    for (const told of [topology(7, [], 0), topology(7, [[0]], 2), { ...topology(7), hash: undefined }]) {
      const known = applied(6);
      known.apply(told, ['A', 'B'], 1);
      expect(known).toMatchObject({ topologyId: 7, members: ['A', 'B'], owners: undefined, segmentCount: 0 });
    }
  });

  it('takes two servers for one where they are reached by one address', () => {
    const known = new CacheTopology<string>('c');
    known.apply(topology(7), ['A', 'A'], 1);
    expect(known.members).toEqual(['A']);
    expect(known.owners).toEqual([['A'], ['A']]);
  });

  it('passes over owners that are no members', () => {
    const known = new CacheTopology<string>('c');
    known.apply(topology(7, [[5, 1], []]), ['A', 'B'], 1);
    expect(known.owners).toEqual([['B'], []]);
  });
});
