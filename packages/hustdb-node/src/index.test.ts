import { expect, it } from 'vitest';
import * as exported from './index.js';

it('exports exactly this', () => {
  expect(Object.keys(exported).sort()).toEqual([
    'Binlog',
    'HustDbNode',
    'HustDbNodeError',
    'NodeCache',
    'NodeStorage',
    'bucketOf',
    'faithfulVersions',
    'fileOfKey',
    'fileOfTable',
    'saneVersions',
  ]);
});
