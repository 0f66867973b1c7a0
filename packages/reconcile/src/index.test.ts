import { expect, it } from 'vitest';
import * as exported from './index.js';

it('exports these values and no others', () => {
  expect(Object.keys(exported).sort()).toEqual([
    'DiffJob',
    'MemoryOrderedStore',
    'applyPlan',
    'diffClassOf',
    'diffClasses',
    'diffStores',
    'differenceClasses',
    'formatPlanHeader',
    'formatPlanRow',
    'makePlan',
    'parsePlanHeader',
    'parsePlanRow',
    'parsePlanRule',
    'planFormat',
    'progressOf',
    'readDiffJobState',
    'undoApply',
  ]);
});
