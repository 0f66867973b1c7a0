import type { IterationBatch } from '@kvtwin/hotrod-protocol';
import { segmentSet, segmentsOf } from '@kvtwin/hotrod-protocol';
import { describe, expect, it } from 'vitest';
import type { CallSender } from '../call-sender.js';
import { callTarget } from '../call-target.js';
import type { PendingCall } from '../pending-call.js';
import { type ScanCacheInput, scanCache } from './scan-cache.js';

const SEGMENTS = 4;
const key = (segment: number, at: number) => Uint8Array.of(segment, at);

/** A cache of four segments with two entries each, that answers iterations and notes what was asked. */
class SegmentedCache implements CallSender {
  readonly asked: (number[] | undefined)[] = [];
  readonly ended: string[] = [];
  #batches: IterationBatch[] = [];

  execute: CallSender['execute'] = async (input) => {
    const { operation, request } = input as {
      operation: { name: string };
      request: { segments?: Uint8Array };
    };
    return input.interpret(this.#answer(operation.name, request) as never, { sentOn: 1 } as PendingCall);
  };

  submit: CallSender['submit'] = () => {
    throw new Error('not used');
  };

  #answer(name: string, { segments }: { segments?: Uint8Array }): unknown {
    if (name === 'iterationStart') {
      const wanted = segments === undefined ? undefined : segmentsOf(segments);
      this.asked.push(wanted);
      this.#batches = (wanted ?? [0, 1, 2, 3]).map((segment) => ({
        finishedSegments: segmentSet([segment]),
        entries: [0, 1].map((at) => ({
          key: key(segment, at),
          values: [Uint8Array.of(at)],
          metadata: { entryVersion: 7n },
        })),
      }));
      return { outcome: 'ok', iterationId: 'it' };
    }
    if (name === 'iterationNext') {
      const batch = this.#batches.shift() ?? { finishedSegments: new Uint8Array(), entries: [] };
      return { outcome: 'ok', ...batch };
    }
    this.ended.push(name);
    return { outcome: 'ok' };
  }
}

function scan(client: CallSender, more: Partial<ScanCacheInput> = {}) {
  const target = callTarget({ cacheName: 'c' });
  return scanCache({
    client,
    target,
    prefix: new Uint8Array(),
    segmentCount: SEGMENTS,
    options: {},
    ...more,
  });
}

async function keysOf(
  batches: AsyncIterable<{ entries: readonly { key: Uint8Array }[] }>,
): Promise<string[]> {
  const keys: string[] = [];
  for await (const { entries } of batches) keys.push(...entries.map((entry) => entry.key.join('.')));
  return keys;
}

describe('a scan', () => {
  it('resumes with the segments that were not wholly shown, and those only', async () => {
    const cache = new SegmentedCache();
    let cursor: string | undefined;
    let batches = 0;
    for await (const batch of scan(cache)) {
      cursor = batch.cursor;
      if (++batches === 2) break;
    }
    expect(await keysOf(scan(cache, { options: { cursor } }))).toEqual(['2.0', '2.1', '3.0', '3.1']);
    expect(cache.asked).toEqual([undefined, [2, 3]]);
    expect(cache.ended).toEqual(['iterationEnd', 'iterationEnd']);
  });

  it('begins anew where the segments are not known or have changed in number', async () => {
    for (const [before, now] of [
      [0, 0],
      [SEGMENTS, 8],
    ] as const) {
      const cache = new SegmentedCache();
      let cursor: string | undefined;
      for await (const batch of scan(cache, { segmentCount: before })) {
        cursor = batch.cursor;
        break;
      }
      expect(await keysOf(scan(cache, { segmentCount: now, options: { cursor } }))).toHaveLength(8);
    }
  });

  it('has nothing left behind its last batch', async () => {
    const cache = new SegmentedCache();
    let cursor: string | undefined;
    for await (const batch of scan(cache)) cursor = batch.cursor;
    expect(await keysOf(scan(cache, { options: { cursor } }))).toEqual([]);
    expect(cache.asked).toHaveLength(1);
  });

  it('shows the keys of its prefix, without it', async () => {
    const shown = await keysOf(scan(new SegmentedCache(), { prefix: Uint8Array.of(3) }));
    expect(shown).toEqual(['0', '1']);
  });
});
