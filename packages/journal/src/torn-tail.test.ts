import { cpSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../test/temporary-directory.js';
import { Journal } from './journal.js';
import type { JournalError } from './journal-error.js';

const lastSegment = (directory: string): string =>
  join(
    directory,
    readdirSync(directory)
      .filter((name) => name.endsWith('.journal'))
      .sort()
      .at(-1)!,
  );

async function textsIn(directory: string): Promise<{ texts: string[]; repairedBytes: number }> {
  await using journal = await Journal.open(directory);
  const texts: string[] = [];
  for await (const { text } of journal.read()) texts.push(text);
  return { texts, repairedBytes: journal.repairedBytes };
}

/** A directory with batches appended one after the other, and the bytes of the last segment after each. */
async function written(
  batches: readonly (readonly string[])[],
  maxSegmentBytes?: number,
): Promise<{ directory: string; ends: { file: string; bytes: number; records: number }[] }> {
  const directory = temporaryDirectory();
  const journal = await Journal.open(directory, maxSegmentBytes === undefined ? {} : { maxSegmentBytes });
  const ends: { file: string; bytes: number; records: number }[] = [];
  let records = 0;
  for (const batch of batches) {
    await journal.append(batch);
    records += batch.length;
    const file = lastSegment(directory);
    ends.push({ file, bytes: statSync(file).size, records });
  }
  await journal.close();
  return { directory, ends };
}

function copyOf(directory: string, change: (file: string) => void): string {
  const copy = temporaryDirectory();
  cpSync(directory, copy, { recursive: true });
  change(lastSegment(copy));
  return copy;
}

const payload = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\n'));

describe('a write that a crash tore', () => {
  it('is cut off at every byte of the last segment; what was acknowledged before is all there', async () => {
    const batches = [['a'], ['bb', 'ccc', 'ß'], ['', 'dddd'], ['last']];
    const all = batches.flat();
    const { directory, ends } = await written(batches);
    const size = ends.at(-1)!.bytes;
    const bytes = readFileSync(ends.at(-1)!.file);
    for (let cut = 0; cut <= size; cut++) {
      const { texts, repairedBytes } = await textsIn(copyOf(directory, (file) => truncateSync(file, cut)));
      const whole = bytes.subarray(0, cut).lastIndexOf(10) + 1;
      expect(texts).toEqual(all.slice(0, texts.length));
      expect(repairedBytes).toBe(cut - whole);
      const acknowledged = ends.filter((end) => end.bytes <= cut).at(-1)?.records ?? 0;
      expect(texts.length).toBeGreaterThanOrEqual(acknowledged);
    }
  });

  it('is cut off where the disk kept its length but not its bytes, and where blocks of it came in another order', async () => {
    const { directory, ends } = await written([['a'], ['bb', 'ccc', 'dddd', 'eeeee']]);
    const [before, after] = [ends[0]!.bytes, ends[1]!.bytes];
    for (let from = before; from < after; from++) {
      for (const to of [from + 1, after]) {
        const copy = copyOf(directory, (file) => {
          const bytes = readFileSync(file);
          writeFileSync(file, bytes.fill(0, from, to));
        });
        const { texts } = await textsIn(copy);
        expect(texts).toEqual(['a', 'bb', 'ccc', 'dddd', 'eeeee'].slice(0, texts.length));
        expect(texts[0]).toBe('a');
      }
    }
  });

  it('never takes an acknowledged record along, whatever was appended and wherever it was cut', async () => {
    const batches = fc.array(fc.array(payload, { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(
        batches,
        fc.integer({ min: 64, max: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (many, segment, where) => {
          const { directory, ends } = await written(many, segment);
          const last = ends.at(-1)!;
          const cut = Math.floor(last.bytes * where);
          const { texts } = await textsIn(copyOf(directory, (file) => truncateSync(file, cut)));
          const survived =
            ends.filter((end) => end.file !== last.file || end.bytes <= cut).at(-1)?.records ?? 0;
          expect(texts.length).toBeGreaterThanOrEqual(survived);
          expect(texts).toEqual(many.flat().slice(0, texts.length));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('goes on behind the cut, under the same positions', async () => {
    const { directory } = await written([['a'], ['b']]);
    truncateSync(lastSegment(directory), statSync(lastSegment(directory)).size - 1);
    await using journal = await Journal.open(directory);
    expect(await journal.append('c')).toBe(2);
  });
});

describe('damage in the middle', () => {
  it('is told by file and offset, wherever it is, and never skipped', async () => {
    const { directory, ends } = await written([['a', 'b'], ['c'], ['d']]);
    const acknowledged = ends[1]!.bytes;
    for (let at = 0; at < acknowledged; at++) {
      const copy = copyOf(directory, (file) => {
        const bytes = readFileSync(file);
        bytes[at]! ^= 0x20;
        writeFileSync(file, bytes);
      });
      const error: JournalError = await Journal.open(copy).then(
        () => expect.fail(`the damage at ${at} was not seen`),
        (thrown) => thrown,
      );
      expect(['JOURNAL_CORRUPT', 'JOURNAL_VERSION']).toContain(error.code);
      expect(error.file).toBe(lastSegment(copy));
      expect(error.offset).toBeLessThanOrEqual(at);
    }
  });

  it('is told in an earlier segment when that is read', async () => {
    const { directory, ends } = await written([['aaaaaaaaaaaaaaaaaaaa'], ['b'], ['c']], 64);
    const first = ends[0]!.file;
    expect(first).not.toBe(ends.at(-1)!.file);
    truncateSync(first, ends[0]!.bytes - 1);
    await using journal = await Journal.open(directory);
    await expect(
      (async () => {
        for await (const _ of journal.read());
      })(),
    ).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT', file: first });
  });

  it('is told where whole lines were exchanged or are missing', async () => {
    const { directory } = await written([['aa'], ['bb'], ['cc'], ['dd']]);
    for (const order of [
      [0, 2, 1, 3, 4],
      [0, 1, 3, 4],
    ]) {
      const copy = copyOf(directory, (file) => {
        const lines = readFileSync(file, 'utf8').split('\n');
        writeFileSync(file, `${order.map((at) => lines[at]).join('\n')}\n`);
      });
      await expect(Journal.open(copy)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' });
    }
  });
});
