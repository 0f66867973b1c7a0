import { expect, it } from 'vitest';
import { ownersOf } from './owners-of.js';
import type { Topology } from './topology.js';

const [a, b, c] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((host) => ({ host, port: 11222 }));

function topology(functionVersion: number, owners: number[][]): Topology {
  return {
    topologyId: -220779250,
    servers: [a!, b!, c!],
    hash: { functionVersion, segmentCount: owners.length, owners },
  };
}

it('names the owners of a segment, the primary owner first', () => {
  expect(ownersOf(topology(3, [[2, 0], [1]]), 0)).toEqual([c, a]);
  expect(ownersOf(topology(3, [[2, 0], [1]]), 1)).toEqual([b]);
});

it('names nobody where nothing is known to route by', () => {
  expect(ownersOf({ topologyId: 1, servers: [a!] }, 0)).toEqual([]);
  expect(ownersOf(topology(0, []), 0)).toEqual([]);
  expect(ownersOf(topology(2, [[0]]), 0), 'another hash function').toEqual([]);
  expect(ownersOf(topology(3, [[0]]), 7), 'a segment beyond the last').toEqual([]);
  expect(ownersOf(topology(3, [[9, 1]]), 0), 'an owner that is no server').toEqual([b]);
});
