import { expect, it } from 'vitest';
import * as exported from './index.js';

it('exports these values and no others', () => {
  expect(Object.keys(exported).sort()).toEqual([
    'DiffJob',
    'KeyMapper',
    'MemoryOrderedStore',
    'MigrateJob',
    'PlanReader',
    'applyPlan',
    'diffClassOf',
    'diffClasses',
    'diffStores',
    'differenceClasses',
    'emptyMapping',
    'formatPlanEnd',
    'formatPlanHeader',
    'formatPlanRow',
    'makePlan',
    'mappingSchema',
    'parseMapping',
    'parsePlanEnd',
    'parsePlanHeader',
    'parsePlanRow',
    'parsePlanRule',
    'placeName',
    'planEffectOf',
    'planEffects',
    'planFormat',
    'planTakes',
    'progressOf',
    'readDiffJobState',
    'readMasters',
    'skipReasons',
    'undoApply',
  ]);
});
