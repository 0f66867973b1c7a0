import { describe, expect, it } from 'vitest';
import { makeTableFile, nodesOf, parseTableFile } from './table-file.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const [a, b, c, d] = ['10.0.0.1:8085', '10.0.0.2:8085', '10.0.0.3:8085', '10.0.0.4:8085'];
const item = (start: number, end: number, first: string, second: string, more = {}): object => ({
  item: { key: [start, end], val: [first, second] },
  ...more,
});
const parse = (...table: object[]) => parseTableFile(JSON.stringify({ table }));

describe('a table file', () => {
  it('of one pair holds every slot', () => {
    const file = parse(item(0, 1024, a!, b!));
    expect(file.slots).toHaveLength(1024);
    expect(file.hosts).toEqual([a, b]);
    expect(nodesOf(file, bytes('test_key'))).toEqual({ read: [a, b], write: [a, b] });
  });

  it('of a ring routes by slot', () => {
    const file = parseTableFile(makeTableFile([a!, b!, c!]));
    // "test_key" is in slot 306, "abc" in 98, "hustdbhahashkey" in 972.
    const writes = ['abc', 'test_key', 'hustdbhahashkey'].map((text) => nodesOf(file, bytes(text)).write);
    expect(writes).toEqual([
      [a, b],
      [b, c],
      [c, a],
    ]);
  });

  it('that grows writes the upper half to new nodes, and reads the old ones behind them', () => {
    const increase = {
      low: { key: [0, 512], val: [a, c] },
      high: { key: [512, 1024], val: [d, b] },
    };
    const file = parse(item(0, 1024, a!, b!, { increase }));
    expect(file.slots[511]).toEqual({ read: [a, c], write: [a, c] });
    expect(file.slots[512]).toEqual({ read: [d, b, c, a], write: [d, b] });
    expect(file.hosts).toEqual([a, b, c, d]);
  });

  it('that shrinks puts another node in the place of one', () => {
    const file = parse(
      item(0, 512, a!, b!, { decrease: { remove: b, replace_by: c } }),
      item(512, 1024, b!, c!, { decrease: { remove: b, replace_by: a } }),
    );
    expect(file.slots[0]!.write).toEqual([a, c]);
    expect(file.slots[1023]!.write).toEqual([c, a]);
  });

  it.each([
    ['no table', {}],
    ['an empty table', { table: [] }],
    ['a gap', { table: [item(0, 500, a!, b!), item(512, 1024, b!, c!)] }],
    ['a late start', { table: [item(1, 1024, a!, b!)] }],
    ['an early end', { table: [item(0, 1023, a!, b!)] }],
    ['a range that is none', { table: [item(5, 5, a!, b!)] }],
    ['one node', { table: [{ item: { key: [0, 1024], val: [a] } }] }],
    ['a node without a port', { table: [item(0, 1024, a!, '10.0.0.2')] }],
    [
      'increase and decrease',
      {
        table: [
          item(0, 512, a!, b!, { decrease: { remove: a, replace_by: c } }),
          item(512, 1024, b!, c!, {
            increase: { low: { key: [512, 768], val: [b, d] }, high: { key: [768, 1024], val: ['h:1', c] } },
          }),
        ],
      },
    ],
    [
      'half an increase',
      { table: [item(0, 1024, a!, b!, { increase: { low: { key: [0, 512], val: [a, c] } } })] },
    ],
    [
      'an increase by a node that is there',
      {
        table: [
          item(0, 1024, a!, b!, {
            increase: { low: { key: [0, 512], val: [a, b] }, high: { key: [512, 1024], val: [d, b] } },
          }),
        ],
      },
    ],
    [
      'a removal from elsewhere',
      { table: [item(0, 1024, a!, b!, { decrease: { remove: c, replace_by: d } })] },
    ],
    [
      'a removed node for another',
      { table: [item(0, 1024, a!, b!, { decrease: { remove: a, replace_by: a } })] },
    ],
  ])('is refused with %s', (_name, file) => {
    expect(() => parseTableFile(JSON.stringify(file))).toThrow(
      expect.objectContaining({ code: 'HUSTDB_INVALID_TABLE' }),
    );
  });

  it.each(['', '[', 'null', '7'])('is refused where it is %j', (text) => {
    expect(() => parseTableFile(text)).toThrow(expect.objectContaining({ code: 'HUSTDB_INVALID_TABLE' }));
  });
});

describe('makeTableFile', () => {
  it('halves ranges from left to right', () => {
    const starts = (count: number): number[] => {
      const hosts = Array.from({ length: count }, (_, at) => `h${at}:1`);
      const file = JSON.parse(makeTableFile(hosts)) as { table: { item: { key: number[] } }[] };
      return file.table.map((row) => row.item.key[0]!);
    };
    expect(starts(2)).toEqual([0, 512]);
    expect(starts(3)).toEqual([0, 256, 512]);
    expect(starts(5)).toEqual([0, 128, 256, 512, 768]);
    expect(starts(1024)).toEqual(Array.from({ length: 1024 }, (_, at) => at));
  });

  it('refuses one node, and a node twice', () => {
    expect(() => makeTableFile([a!])).toThrow(expect.objectContaining({ code: 'HUSTDB_INVALID_TABLE' }));
    expect(() => makeTableFile([a!, a!])).toThrow('twice');
  });
});
