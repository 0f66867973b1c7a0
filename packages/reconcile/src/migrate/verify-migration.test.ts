import { ManualClock } from '@kvtwin/versioned-value';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryReplica, oneSource, pairSource, targetOf } from '../../test/memory-migration.js';
import { sha256AtOnce as sha256 } from '../../test/sha256-at-once.js';
import { simulate } from '../../test/simulate.js';
import { MemoryOrderedStore } from '../job/memory-ordered-store.js';
import { canonicalJson, makeCertificate, parseCertificate } from './certificate.js';
import { MigrateJob } from './migrate-job.js';
import type { MigrateTarget } from './migrate-target.js';
import { parseMapping } from './parse-mapping.js';
import { type VerifyOptions, type VerifyResult, verifyMigration } from './verify-migration.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

let clock: ManualClock;
let first: MemoryReplica;
let second: MemoryReplica;
let target: MemoryReplica;

beforeEach(() => {
  clock = new ManualClock(1_700_000_000_000);
  first = new MemoryReplica('first', clock);
  second = new MemoryReplica('second', clock);
  target = new MemoryReplica('target', clock);
});

const verify = (options: Partial<VerifyOptions> = {}): Promise<VerifyResult> =>
  simulate(
    clock,
    verifyMigration({
      source: oneSource(first),
      target: targetOf(target),
      state: new MemoryOrderedStore(),
      clock,
      sha256,
      batchSize: 16,
      ...options,
    }),
  );

const migrateTo = (to: MigrateTarget): Promise<unknown> =>
  simulate(
    clock,
    new MigrateJob({
      source: oneSource(first),
      target: to,
      state: new MemoryOrderedStore(),
      clock,
      sha256,
    }).run(),
  );

async function seed(keys: number): Promise<void> {
  for (let at = 0; at < keys; at++) {
    for (const replica of [first, second]) {
      await replica.put('kv', `key ${at}`, `value ${at}`);
      await replica.put('hash h', `field ${at}`, `value ${at}`);
      await replica.put('set s', `member ${at}`, '');
    }
  }
}

describe('a verification', () => {
  it('finds a finished migration complete, held and skipped keys included', async () => {
    await seed(20);
    await second.put('kv', 'key 3', 'other');
    await target.put('hash h', 'field 5', 'theirs');
    const mapping = parseMapping('{"format":"kvtwin.mapping/1","rules":[{"type":"set","skip":true}]}');
    const state = new MemoryOrderedStore();
    const shared = { source: pairSource(first, second), target: targetOf(target), state, mapping };
    const summary = await simulate(clock, new MigrateJob({ ...shared, clock, sha256 }).run());
    const result = await verify(shared);
    expect(result).toMatchObject({ addsUp: true, extra: 0 });
    const { source, copied, held, skipped, reasons } = result.total;
    expect({ source, copied, held, skipped, reasons }).toEqual({
      source: 60,
      copied: 38,
      held: 1,
      skipped: 21,
      reasons: { mapping: 20, exists: 1 },
    });
    expect(summary.counts).toMatchObject({ source, copied, held, skipped, reasons });
    expect(result.total.digests.source).toBe(result.total.digests.target);
    expect(result.places.map(({ place, copied: each }) => [place.type, each])).toEqual([
      ['hash', 19],
      ['kv', 19],
      ['set', 0],
    ]);
  });

  it('finds what is missing, different, and more than there was', async () => {
    await seed(4);
    await migrateTo(targetOf(target));
    await target.put('kv', 'key 1', 'changed');
    await (await target.store({ type: 'kv' })).remove(utf8('key 2'));
    await target.put('kv', 'more', '1');
    const result = await verify();
    expect(result).toMatchObject({ addsUp: false, extra: 1 });
    expect(result.total).toMatchObject({ source: 12, copied: 10, missing: 1, different: 1 });
    const kv = result.places.find(({ place }) => place.type === 'kv')!;
    expect(kv.digests.source).not.toBe(kv.digests.target);
    const hash = result.places.find(({ place }) => place.type === 'hash')!;
    expect(hash.digests.source).toBe(hash.digests.target);
  });

  it('gives writes on their way the time to arrive', async () => {
    await first.put('kv', 'a', 'new');
    await target.put('kv', 'a', 'old');
    const onProgress = ({ phase }: { phase: string }): void => {
      if (phase === 'comparing') void target.put('kv', 'a', 'new');
    };
    expect(await verify({ onProgress })).toMatchObject({ addsUp: true, total: { copied: 1 } });
  });

  it('wants a value on both masters of a target', async () => {
    await seed(2);
    const other = new MemoryReplica('other', clock);
    const both = targetOf(target, other);
    await migrateTo(both);
    expect(await verify({ target: both })).toMatchObject({ addsUp: true, total: { copied: 6 } });
    await (await other.store({ type: 'kv' })).remove(utf8('key 1'));
    expect(await verify({ target: both })).toMatchObject({ addsUp: false, total: { missing: 1 } });
  });

  it('leaves nothing in the state, and takes no notice of what one left that was broken off', async () => {
    await seed(5);
    await migrateTo(targetOf(target));
    const state = new MemoryOrderedStore();
    const controller = new AbortController();
    await expect(
      verify({ state, signal: controller.signal, onProgress: () => controller.abort() }),
    ).rejects.toBeDefined();
    await (await first.store({ type: 'kv' })).remove(utf8('key 1'));
    expect(await verify({ state })).toMatchObject({ addsUp: true, extra: 1, total: { source: 14 } });
    const left: unknown[] = [];
    for await (const entries of state.range(Uint8Array.of(0), Uint8Array.of(0xff))) left.push(...entries);
    expect(left).toEqual([]);
  });
});

describe('a certificate', () => {
  const subject = {
    source: 'hustdb://a',
    target: 'hotrod://b',
    mappingSha256: null,
    tool: 'kvtwin 1',
    issuedAt: '2026-01-01T00:00:00.000Z',
  };

  it('tells whether it is as it was written', async () => {
    await seed(1);
    const certificate = await makeCertificate(subject, await verify(), sha256);
    const text = JSON.stringify(certificate, null, 2);
    expect(await parseCertificate(text, sha256)).toMatchObject({ intact: true });
    const forged = text.replace('"missing": 3', '"missing": 0');
    expect(forged).not.toBe(text);
    expect(await parseCertificate(forged, sha256)).toMatchObject({ intact: false });
    await expect(parseCertificate('{}', sha256)).rejects.toThrow('it has not the format');
  });

  it('is hashed as canonical JSON: names in order, no white space', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x"' }], a: true, u: undefined })).toBe(
      '{"a":true,"b":[1,{"c":"x\\"","d":null}]}',
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});
