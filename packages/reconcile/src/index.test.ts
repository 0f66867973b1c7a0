import { expect, it } from 'vitest';
import * as exported from './index.js';

it('exports these values and no others', () => {
  expect(Object.keys(exported).sort()).toEqual([
    'DiffJob',
    'MemoryOrderedStore',
    'PlanReader',
    'applyPlan',
    'diffClassOf',
    'diffClasses',
    'diffStores',
    'differenceClasses',
    'formatPlanEnd',
    'formatPlanHeader',
    'formatPlanRow',
    'makePlan',
    'parsePlanEnd',
    'parsePlanHeader',
    'parsePlanRow',
    'parsePlanRule',
    'planEffectOf',
    'planEffects',
    'planFormat',
    'planTakes',
    'progressOf',
    'readDiffJobState',
    'undoApply',
  ]);
});
