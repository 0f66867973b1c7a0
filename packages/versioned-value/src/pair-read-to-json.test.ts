import { describe, expect, it } from 'vitest';
import {
  classifyPair,
  IMMORTAL,
  pairReadToJson,
  type SideRead,
  StoreError,
  UNKNOWN_EXPIRATION,
} from './index.js';

const side = (text: string, token: string): SideRead => ({
  state: 'present',
  entry: {
    value: new TextEncoder().encode(text),
    version: { scheme: 'counter', token },
    expiration: UNKNOWN_EXPIRATION,
  },
});

describe('pairReadToJson', () => {
  it('writes values as base64 and versions as text', () => {
    expect(pairReadToJson(classifyPair(side('a', '1'), side('b', '2'), 'counter'))).toEqual({
      kind: 'diverged',
      values: ['YQ==', 'Yg=='],
      versions: ['1', '2'],
      sides: [
        { state: 'present', value: 'YQ==', version: '1' },
        { state: 'present', value: 'Yg==', version: '2' },
      ],
      versionsCompared: true,
    });
  });

  it.each([
    ['agreed', side('a', '1'), { value: 'YQ==', version: '1' }],
    ['version-skew', side('a', '2'), { value: 'YQ==', versions: ['1', '2'] }],
    ['value-conflict', side('b', '1'), { values: ['YQ==', 'Yg=='], version: '1' }],
    ['one-sided', { state: 'absent' } satisfies SideRead, { present: 'first' }],
  ] as const)('keeps the fields of %s', (kind, second, fields) => {
    expect(pairReadToJson(classifyPair(side('a', '1'), second, 'counter'))).toMatchObject({
      kind,
      ...fields,
    });
  });

  it('tells a failure by code and message', () => {
    const error = new StoreError('refused', { code: 'STORE_UNREACHABLE', cause: new Error('ECONNREFUSED') });
    const json = pairReadToJson(classifyPair({ state: 'failed', error }, { state: 'unknown' }, 'opaque'));
    expect(json).toEqual({
      kind: 'unreadable',
      sides: [
        { state: 'failed', error: { code: 'STORE_UNREACHABLE', message: 'refused' } },
        { state: 'unknown' },
      ],
      versionsCompared: false,
    });
  });

  it('says an infinite skew by name, since JSON has no infinity', () => {
    const mortal: Extract<SideRead, { state: 'present' }> = {
      state: 'present',
      entry: {
        value: new Uint8Array(),
        version: { scheme: 'memory', token: '1' },
        expiration: { kind: 'mortal', lifespanMs: 5 },
        createdAtMs: 7,
      },
    };
    const immortal: SideRead = { state: 'present', entry: { ...mortal.entry, expiration: IMMORTAL } };
    const json = pairReadToJson(classifyPair(mortal, immortal, 'opaque'));
    expect(json.expirationSkewMs).toBe('Infinity');
    expect(Number(json.expirationSkewMs)).toBe(Number.POSITIVE_INFINITY);
    expect(json.sides[0]).toMatchObject({ expiration: { kind: 'mortal', lifespanMs: 5 }, createdAtMs: 7 });
    expect(pairReadToJson(classifyPair(immortal, mortal, 'opaque')).expirationSkewMs).toBe('-Infinity');
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  it('leaves out the values of a read that has none', () => {
    const member: SideRead<null> = {
      state: 'present',
      entry: { value: null, version: { scheme: 'counter', token: '3' }, expiration: UNKNOWN_EXPIRATION },
    };
    expect(pairReadToJson(classifyPair(member, member, 'counter'))).toEqual({
      kind: 'agreed',
      version: '3',
      sides: [
        { state: 'present', version: '3' },
        { state: 'present', version: '3' },
      ],
      versionsCompared: true,
    });
  });
});
