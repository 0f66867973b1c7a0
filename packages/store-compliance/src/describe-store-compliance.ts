import { type StoreSelector, systemClock } from '@kvtwin/versioned-value';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { ComplianceRun } from './compliance-context.js';
import type { StoreComplianceOptions } from './compliance-options.js';
import { describeBytes } from './sections/bytes.js';
import { describeCompareAndSet } from './sections/compare-and-set.js';
import { describeExpiration } from './sections/expiration.js';
import { describeLimitsOfCalls } from './sections/limits-of-calls.js';
import { describeOwnership } from './sections/ownership.js';
import { describeReadsAndWrites } from './sections/reads-and-writes.js';
import { describeScan } from './sections/scan.js';
import { describeTables } from './sections/tables.js';

/**
 * Declares the vitest suite that every `VersionedStore` has to pass, a section per capability. What the store claims
 * is tested; what it does not claim it must refuse with `STORE_UNSUPPORTED`. It runs against stores that hold other
 * data: every key and table is new, and is removed in the end.
 */
export function describeStoreCompliance(name: string, options: StoreComplianceOptions): void {
  const settings = {
    openFamily: options.openFamily,
    passTime: options.passTime ?? ((ms: number) => systemClock.sleep(ms)),
    largeValueBytes: options.largeValueBytes ?? 1024 * 1024,
    scanKeys: options.scanKeys ?? 120,
    testTimeoutMs: options.testTimeoutMs ?? 30_000,
  };
  for (const selector of options.selectors ?? defaultSelectors()) {
    const run = new ComplianceRun(settings, selector);
    describe(`${name}: ${selector.type}`, { timeout: settings.testTimeoutMs }, () => {
      vi.setConfig({ hookTimeout: 2 * settings.testTimeoutMs });
      beforeAll(() => run.open());
      afterAll(() => run.close());
      describeBytes(run);
      describeReadsAndWrites(run);
      describeCompareAndSet(run);
      describeExpiration(run);
      describeScan(run);
      describeLimitsOfCalls(run);
      describeTables(run);
      describeOwnership(run);
    });
  }
}

function defaultSelectors(): StoreSelector[] {
  const table = `compliance${Math.random().toString(36).slice(2, 10)}`;
  return [{ type: 'kv' }, { type: 'hash', table }];
}
