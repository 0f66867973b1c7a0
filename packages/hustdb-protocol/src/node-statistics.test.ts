import { hustDbRecordings } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { parseNodeStatistics, parseTableStatistics } from './node-statistics.js';
import { parseRawHttpReply } from './raw-http-reply.js';

const recorded = hustDbRecordings().filter(
  ({ endpoint, status }) => /\/stat_all$/.test(endpoint.split('?')[0]!) && status === 200,
);

describe('counters', () => {
  it('are read as a real node told them', () => {
    expect(recorded.length).toBeGreaterThan(0);
    for (const recording of recorded) {
      const text = new TextDecoder().decode(parseRawHttpReply(recording.readResponse()).body);
      const { kv, tables } = parseNodeStatistics(text);
      expect(kv.count).toBeGreaterThanOrEqual(0);
      expect(tables.every(({ table, type }) => table !== '' && /^[HSZ]$/.test(type))).toBe(true);
    }
  });

  it('tell bytes of hashes only', () => {
    expect(parseTableStatistics('{"table":"t","type":"H","count":1,"size":-5,"capacity":1024}')).toEqual({
      table: 't',
      type: 'H',
      count: 1,
      size: -5,
      capacity: 1024,
    });
    expect(parseTableStatistics('{"table":"t","type":"S","count":2}')).toEqual({
      table: 't',
      type: 'S',
      count: 2,
    });
  });

  it.each(['', 'null', '{}', '[]', '[{"TOTALIZE":{}}]', '[{"TOTALIZE":{"KVPAIR":1}}]'])(
    'are not %j',
    (text) => {
      expect(() => parseNodeStatistics(text)).toThrow(
        expect.objectContaining({ code: 'HUSTDB_MALFORMED_REPLY' }),
      );
    },
  );

  it.each(['', '[]', '{"table":"t"}', '{"table":"t","type":"Q","count":1}'])(
    'of a table are not %j',
    (text) => {
      expect(() => parseTableStatistics(text)).toThrow(
        expect.objectContaining({ code: 'HUSTDB_MALFORMED_REPLY' }),
      );
    },
  );
});
