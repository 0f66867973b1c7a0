import { describe, expect, it } from 'vitest';
import * as exported from './index.js';

describe('the package', () => {
  it('exports these values and no others', () => {
    expect(Object.keys(exported).sort()).toEqual([
      'Cache',
      'CacheEventStream',
      'CacheIteration',
      'CacheSubscription',
      'DEFAULT_PORT',
      'HotRodClient',
      'HotRodError',
      'UNCHANGED',
      'callTarget',
      'codecs',
      'describeHotRodUri',
      'digest',
      'external',
      'formatServerAddress',
      'oauthBearer',
      'openHotRodStoreFamily',
      'optionsFromProperties',
      'parseHotRodUri',
      'parseServerAddress',
      'plain',
      'scram',
    ]);
  });

  it('recognises its errors across copies of the package', () => {
    const error = new exported.HotRodError('x', { code: 'HOTROD_TIMEOUT' });
    expect(exported.HotRodError.is(error)).toBe(true);
    expect(exported.HotRodError.is(new Error('x'))).toBe(false);
    expect(exported.HotRodError.is(null)).toBe(false);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      code: 'HOTROD_TIMEOUT',
      mayHaveBeenApplied: false,
    });
  });
});
