import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DataRecord, formatDataRecord, parseDataRecord } from './data-record.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a line of the data journal', () => {
  it.each<[string, DataRecord]>([
    ['node 1', { kind: 'node', format: 1 }],
    [
      'put - - YQ== 3 - dg==',
      {
        kind: 'put',
        state: {
          key: bytes('a'),
          table: undefined,
          type: undefined,
          value: bytes('v'),
          storedVersion: 3,
          expiresAtMs: undefined,
        },
      },
    ],
    [
      'put S t YQ== 1 1700000000000 ',
      {
        kind: 'put',
        state: {
          key: bytes('a'),
          table: 't',
          type: 'S',
          value: bytes(''),
          storedVersion: 1,
          expiresAtMs: 1_700_000_000_000,
        },
      },
    ],
    ['del H t YQ==', { kind: 'del', state: { type: 'H', table: 't', key: bytes('a') } }],
    [
      'task 10.0.0.1:8085 Z t YQ== del',
      {
        kind: 'task',
        entry: {
          host: '10.0.0.1:8085',
          place: { type: 'Z', table: 't', key: bytes('a') },
          isRemoval: true,
        },
      },
    ],
  ])('%s', (line, record) => {
    expect(formatDataRecord(record)).toBe(line);
    expect(parseDataRecord(line)).toEqual(record);
  });

  it.each([
    '',
    'put',
    'put - - YQ==',
    'put X t YQ== 1 - dg==',
    'put - - ! 1 - dg==',
    'node x',
    'jump 1',
    '{}',
  ])('is not %j', (line) => {
    expect(parseDataRecord(line)).toBeUndefined();
  });

  it('never throws on any text', () => {
    fc.assert(fc.property(fc.string(), (line) => void parseDataRecord(line)));
  });
});
