import { expect, test } from 'vitest';
import * as server from './index.js';

test('the package exports exactly this', () => {
  expect(Object.keys(server).sort()).toEqual(['HotRodCluster', 'HotRodServer', 'HotRodServerError']);
});
