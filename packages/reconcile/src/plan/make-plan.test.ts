import { createHash } from 'node:crypto';
import { ReplicaPairStore } from '@kvtwin/replica-pair';
import { ManualClock, openMemoryStoreFamily, type VersionedStore } from '@kvtwin/versioned-value';
import { beforeEach, describe, expect, it } from 'vitest';
import { makePlan } from './make-plan.js';
import {
  formatPlanEnd,
  formatPlanHeader,
  formatPlanRow,
  parsePlanHeader,
  parsePlanRow,
  planFormat,
} from './plan-file.js';
import { PlanReader } from './plan-reader.js';
import { type PlanRow, sameExpiryText } from './plan-row.js';
import { parsePlanRule } from './plan-rule.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
let first: VersionedStore;
let second: VersionedStore;

beforeEach(async () => {
  const clock = new ManualClock();
  first = await openMemoryStoreFamily('lon', { clock }).open({ type: 'kv' });
  second = await openMemoryStoreFamily('nyc', { clock }).open({ type: 'kv' });
});

async function planOf(
  rules: string[],
  keys: Record<string, [string | null, string | null]>,
): Promise<PlanRow[]> {
  for (const [key, [left, right]] of Object.entries(keys)) {
    if (left !== null) await first.put(utf8(key), utf8(left));
    if (right !== null) await second.put(utf8(key), utf8(right));
  }
  const pair = new ReplicaPairStore({ first, second, policy: 'opaque' });
  const source = Object.keys(keys).map((key) => ({ key: utf8(key), class: 'value-conflict' as const }));
  const parsed = rules.map((rule) => parsePlanRule(rule, ['lon', 'nyc']));
  return collect(makePlan(pair, source, parsed, { batchSize: 3 }));
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const taken = (rows: PlanRow[]): Record<string, string> =>
  Object.fromEntries(rows.map(({ key, take }) => [new TextDecoder().decode(key), take]));

describe('a plan', () => {
  it('takes for each key what the first rule for its class and prefix says', async () => {
    const rows = await planOf(['only-*/tmp:=delete', 'only-*=copy', 'value-conflict/otp:=skip', '*=nyc'], {
      'tmp:1': ['x', null],
      'cart:1': ['x', null],
      'cart:2': [null, 'x'],
      'otp:1': ['a', 'b'],
      'user:1': ['a', 'b'],
      same: ['a', 'a'],
    });
    expect(taken(rows)).toEqual({
      'tmp:1': 'removal',
      'cart:1': 'first',
      'cart:2': 'second',
      'otp:1': 'skip',
      'user:1': 'second',
    });
    expect(rows[1]).toEqual({
      key: utf8('cart:1'),
      class: 'only-first',
      take: 'first',
      why: 'only-*=copy',
      hashes: [sha256('x'), null],
    });
  });

  it('takes the newer document by a member, and none where that does not tell', async () => {
    const rows = await planOf(['value-conflict=newest:$.updated'], {
      days: ['{"updated":"2026-11-21"}', '{"updated":"2026-11-22"}'],
      zones: ['{"updated":"2026-11-22T10:00:00+02:00"}', '{"updated":"2026-11-22T08:30:00Z"}'],
      numbers: ['{"updated":9}', '{"updated":10}'],
      equal: ['{"updated":9,"a":1}', '{"updated":9,"a":2}'],
      mixed: ['{"updated":9}', '{"updated":"2026-11-22"}'],
      none: ['{"updated":9}', '{}'],
      local: ['{"updated":"2026-11-22T10:00:00"}', '{"updated":"2026-11-22T08:30:00Z"}'],
      text: ['no json', '{"updated":1}'],
      impossible: ['{"updated":"2026-02-31"}', '{"updated":"2026-03-01"}'],
      nanoseconds: [
        '{"updated":"2026-11-22T10:00:00.123456790Z"}',
        '{"updated":"2026-11-22T11:00:00.123456789+01:00"}',
      ],
      'a day and a time of it': ['{"updated":"2026-11-22"}', '{"updated":"2026-11-22T08:30:00Z"}'],
      'beyond 2^53': ['{"updated":9007199254740993}', '{"updated":9007199254740992}'],
    });
    expect(taken(rows)).toEqual({
      days: 'second',
      zones: 'second',
      numbers: 'second',
      equal: 'undecided',
      mixed: 'undecided',
      none: 'undecided',
      local: 'undecided',
      text: 'undecided',
      impossible: 'undecided',
      nanoseconds: 'first',
      'a day and a time of it': 'undecided',
      'beyond 2^53': 'undecided',
    });
    const whys = rows.map(({ why }) => why.replace('value-conflict=newest:$.updated: ', ''));
    expect(whys.slice(3)).toEqual([
      'the same on both sides at $.updated',
      'a number on the first side and a day on the second at $.updated',
      'the second side has no $.updated',
      'the first side has no number, day or time with a zone at $.updated',
      'the first side is not JSON',
      'the first side has no number, day or time with a zone at $.updated',
      'value-conflict=newest:$.updated',
      'a day on the first side and a time on the second at $.updated',
      'the same on both sides at $.updated',
    ]);
  });

  it('leaves undecided what no rule is for, and a side that is absent where it would be taken', async () => {
    const rows = await planOf(['only-*=lon'], { a: ['1', '2'], b: [null, '2'] });
    expect(rows.map(({ take, why }) => [take, why])).toEqual([
      ['undecided', 'no rule'],
      ['undecided', "only-*=lon: the first side has nothing; delete removes the other's copy"],
    ]);
  });

  it.each([
    ['copy', 'write CLASS[/PREFIX]=ACTION'],
    ['other=copy', '"other" is no class'],
    ['agreed=copy', 'nothing can be planned for agreed'],
    ['*=paris', '"paris" is no action; give copy, delete, longest, shortest, higher-version, skip, lon, nyc'],
    ['*=newest:updated', 'is no path'],
  ])('refuses the rule %j', (rule, why) => {
    expect(() => parsePlanRule(rule, ['lon', 'nyc'])).toThrow(why);
  });

  it('knows sides by name, by letter and by place, and a class of a side too', () => {
    for (const text of ['lon', 'A', 'first']) {
      expect(parsePlanRule(`*=${text}`, ['lon', 'nyc']).action).toEqual({ kind: 'first' });
      expect([...parsePlanRule(`only-${text}=copy`, ['lon', 'nyc']).classes]).toEqual(['only-first']);
    }
    expect(parsePlanRule('*=A', ['B', 'A']).action).toEqual({ kind: 'second' });
  });

  it('tells which side lives longer', async () => {
    await first.put(utf8('otp'), utf8('1'), { lifespanMs: 60_000 });
    await second.put(utf8('otp'), utf8('1'), { lifespanMs: 600_000 });
    const [longest] = await planOf(['expiry-skew=longest'], { otp: [null, null] });
    expect(longest).toMatchObject({
      class: 'expiry-skew',
      take: 'second',
      expires: ['2026-01-01T00:01:00.000Z', '2026-01-01T00:10:00.000Z'],
    });
    expect(parsePlanRow(formatPlanRow(longest!), 2)).toEqual(longest);
    expect(sameExpiryText('2026-01-01T00:01:00.000Z idle 5 ms', '2026-01-01T00:01:01.900Z idle 5 ms')).toBe(
      true,
    );
    expect(sameExpiryText('2026-01-01T00:01:00.000Z', '2026-01-01T00:01:02.100Z')).toBe(false);
    expect(sameExpiryText('never idle 5 ms', 'never idle 6 ms')).toBe(false);
    expect(sameExpiryText('never', '2026-01-01T00:01:02.100Z')).toBe(false);
    expect(sameExpiryText('never', 'never')).toBe(true);
    const [shortest] = await planOf(['*=shortest'], { otp: [null, null] });
    expect(shortest?.take).toBe('first');
    const [apart] = await planOf(['only-*=copy'], { otp: [null, null] });
    expect([apart?.take, apart?.why]).toEqual(['skip', 'no rule']);
    const [version] = await planOf(['*=higher-version'], { a: ['1', '2'] });
    expect(version).toMatchObject({ take: 'undecided', why: expect.stringContaining('cannot be compared') });
  });

  it('is the same, byte for byte, of the same data and rules', async () => {
    const keys = { a: ['1', '2'], b: ['1', null], c: [null, '{"n":1}'] } as const;
    const bytes = async (): Promise<string> =>
      (await planOf(['only-*=copy', '*=newest:$.n'], { ...keys } as never)).map(formatPlanRow).join('\n');
    expect(await bytes()).toBe(await bytes());
  });

  it('reads a prefix and a path that hold equals signs', () => {
    const rule = parsePlanRule("*/a=b:=newest:$['x=y']");
    expect(rule.prefix).toEqual(utf8('a=b:'));
    expect(rule.action).toEqual({ kind: 'newest', path: { text: "$['x=y']", steps: ['x=y'] } });
  });
});

describe('a plan file', () => {
  const row: PlanRow = {
    key: utf8('user:42 ü'),
    class: 'value-conflict',
    take: 'first',
    why: 'value-conflict=lon',
    hashes: [sha256('a'), null],
  };

  it('has a header and a row a line, which read back as they were', () => {
    const header = {
      format: 'kvtwin.plan/1' as const,
      names: ['lon', 'nyc'] as [string, string],
      store: { type: 'hash' as const, table: 'users' },
      rules: ['*=nyc'],
    };
    expect(parsePlanHeader(formatPlanHeader(header))).toEqual(header);
    expect(formatPlanRow(row)).toBe(
      `{"key":"user:42 ü","class":"value-conflict","take":"first","why":"value-conflict=lon","first":"${sha256('a')}","second":null}`,
    );
    expect(parsePlanRow(formatPlanRow(row), 2)).toEqual(row);
    const bytes = { ...row, key: new Uint8Array([0, 255]) };
    expect(formatPlanRow(bytes)).toContain('"keyBase64":"AP8="');
    expect(parsePlanRow(formatPlanRow(bytes), 2)).toEqual(bytes);
  });

  it.each([
    ['{', 'it is not JSON'],
    ['[]', 'it is no JSON object'],
    ['{"key":"a","class":"nothing"}', 'class "nothing" is not known'],
    [
      '{"key":"a","class":"diverged","take":"both"}',
      'take is "both"; give first, second, lon, nyc, removal, skip',
    ],
    ['{"key":"a","class":"diverged","take":"first","first":"abc","second":null}', 'first must be a SHA-256'],
    ['{"class":"diverged","take":"first","first":null,"second":null}', 'key is missing'],
    [
      '{"keyBase64":"!","class":"diverged","take":"first","first":null,"second":null}',
      'keyBase64 is not base64',
    ],
  ])('refuses the row %s', (line, why) => {
    expect(() => parsePlanRow(line, 7, ['lon', 'nyc'])).toThrow(`line 7 of the plan: ${why}`);
  });

  it.each([
    ['second', 'the second side holds nothing that could be taken; removal removes'],
    ['nyc', 'the second side holds nothing'],
  ])('refuses to take %s where it is absent', (take, why) => {
    const line = formatPlanRow(row).replace('"take":"first"', `"take":"${take}"`);
    expect(() => parsePlanRow(line, 7, ['lon', 'nyc'])).toThrow(`line 7 of the plan: ${why}`);
  });

  const header = formatPlanHeader({
    format: planFormat,
    names: ['lon', 'nyc'],
    store: { type: 'kv' },
    rules: [],
  });
  const readAll = (...lines: string[]): { rows: (PlanRow | undefined)[]; made: number } => {
    const reader = new PlanReader();
    const rows = lines.map((line) => reader.take(line)).filter((each) => each !== undefined);
    return { rows, made: reader.end().made };
  };

  it('is read with rows deleted, put out of work and edited by site name, and says how many there were', () => {
    const edited = formatPlanRow(row).replace('"take":"first"', '"take":"lon"');
    const other = formatPlanRow({ ...row, key: utf8('other') });
    expect(readAll(`\ufeff${header}`, edited, '', `#${other}`, formatPlanEnd(3))).toEqual({
      rows: [row],
      made: 3,
    });
  });

  it('is refused where it was cut off, added to, or names a key twice', () => {
    const line = formatPlanRow(row);
    expect(() => readAll()).toThrow('the file is empty');
    expect(() => readAll(header, line)).toThrow('line 3 of the plan: the plan ends without its last line');
    expect(() => readAll(header, line, line)).toThrow('line 3 of the plan: its key is that of line 2');
    expect(() => readAll(header, formatPlanEnd(1), line)).toThrow(
      'line 3 of the plan: it comes after the last line',
    );
    expect(() => readAll(header, '{"end":"kvtwin.plan/2","rows":1}')).toThrow(
      'the last line must be as kvtwin wrote it',
    );
  });

  it.each([
    ['{"format":"kvtwin.plan/1"}', 'names must be'],
    ['{"format":"kvtwin.plan/1","names":["a","b"],"store":{"type":"hash"},"rules":[]}', 'store must be'],
    ['{"format":"kvtwin.plan/1","names":["a","b"],"store":{"type":"kv"}}', 'rules must be'],
    ['{"format":"kvtwin.plan/1","names":["a","b"],"store":{"type":"kv"},"rules":[],"job":1}', 'job must be'],
  ])('refuses the header %s', (line, why) => {
    expect(() => parsePlanHeader(line)).toThrow(`line 1 of the plan: ${why}`);
  });

  it('refuses a header of another format', () => {
    expect(() => parsePlanHeader('{"format":"kvtwin.plan/2"}')).toThrow('not kvtwin.plan/1');
  });
});
