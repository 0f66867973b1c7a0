import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as exported from './index.js';

describe('the package', () => {
  it('exports these values and no others', () => {
    expect(Object.keys(exported).sort()).toEqual([
      'CallDeadlines',
      'IMMORTAL',
      'ManualClock',
      'MemoryRegistry',
      'StoreError',
      'UNKNOWN_EXPIRATION',
      'checkCall',
      'checkSelector',
      'checkWrite',
      'classifyPair',
      'decodeCounterEnvelope',
      'directPairReadsOf',
      'encodeCounterEnvelope',
      'envelopeHeaderBytes',
      'expirationSkewMs',
      'expirationToleranceMs',
      'expiryInstantMs',
      'fromByteString',
      'getTo',
      'listenToAbort',
      'maxCounter',
      'offerDirectGet',
      'offerDirectPairReads',
      'offerDirectScan',
      'openMemoryStoreFamily',
      'pairReadToJson',
      'placeOf',
      'sameVersion',
      'scanDirectly',
      'sideReadToJson',
      'stopListening',
      'systemClock',
      'toByteString',
      'withCounterEnvelope',
      'withCounterEnvelopes',
    ]);
  });

  it('runs in browsers: no Buffer, no process, no node module, and time only in system-clock.ts', () => {
    const folder = new URL('.', import.meta.url);
    const sources = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
    expect(sources.length).toBeGreaterThan(20);
    for (const file of sources) {
      const source = readFileSync(new URL(file, folder), 'utf8');
      expect(source, file).not.toMatch(/\bBuffer\b|\bprocess\.|from 'node:/);
      if (file !== 'system-clock.ts') expect(source, file).not.toMatch(/Date\.now|setTimeout|performance\./);
    }
  });
});

describe('StoreError', () => {
  it('is recognised by its brand, with its details', () => {
    const cause = new Error('ECONNRESET');
    const error = new exported.StoreError('reset', {
      code: 'STORE_UNREACHABLE',
      store: 'memory:a',
      operation: 'put',
      mayHaveBeenApplied: true,
      cause,
    });
    expect(exported.StoreError.is(error)).toBe(true);
    expect(exported.StoreError.is(new Error('other'))).toBe(false);
    expect(exported.StoreError.is(null)).toBe(false);
    expect(error).toMatchObject({ name: 'StoreError', store: 'memory:a', mayHaveBeenApplied: true, cause });
  });
});
