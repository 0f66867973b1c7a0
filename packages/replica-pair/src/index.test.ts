import { expect, it } from 'vitest';
import * as exported from './index.js';

it('exports these values and no others', () => {
  expect(Object.keys(exported).sort()).toEqual([
    'ReplicaPair',
    'ReplicaPairStore',
    'carriedExpiration',
    'confirmDifference',
    'countUp',
    'defaultSideTimeoutMs',
    'isBehind',
    'isDifference',
    'sameObservation',
    'settleWrite',
    'sha256Hex',
    'storeGuard',
    'webCryptoSha256',
  ]);
});
