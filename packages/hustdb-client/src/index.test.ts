import { expect, it } from 'vitest';
import * as exported from './index.js';

it('exports exactly this', () => {
  expect(Object.keys(exported).sort()).toEqual([
    'HustDbClientError',
    'HustDbCluster',
    'HustDbHa',
    'HustDbNode',
    'openHustDbHaPairSource',
    'openHustDbStoreFamily',
    'parseHustDbUrl',
    'storeErrorOf',
  ]);
});
