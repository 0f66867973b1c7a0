import { appendFileSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryDirectory } from '../test/temporary-directory.js';
import { Journal } from './journal.js';
import { readJournal } from './read-journal.js';

const textsOf = async (records: AsyncIterable<{ text: string }>): Promise<string[]> => {
  const texts: string[] = [];
  for await (const { text } of records) texts.push(text);
  return texts;
};
const segmentsOf = (directory: string): string[] =>
  readdirSync(directory).filter((name) => name.endsWith('.journal'));

/** The class that `open` makes its handles of, so that a disk can be made to fail. */
async function fileHandlePrototype(): Promise<{ datasync(): Promise<void>; write: unknown }> {
  const handle = await open(process.execPath, 'r');
  await handle.close();
  return Object.getPrototypeOf(handle);
}

afterEach(() => void vi.restoreAllMocks());

describe('a journal', () => {
  it('reads back what was appended, in order, before and after it is opened again', async () => {
    const directory = temporaryDirectory();
    const texts = ['{"a":1}', '', 'ä ✓ 𝄞', 'with \r and \0 and >'];
    const journal = await Journal.open(directory);
    expect(await journal.append(texts[0]!)).toBe(1);
    expect(await journal.append(texts.slice(1))).toBe(4);
    expect(await textsOf(journal.read())).toEqual(texts);
    await journal.close();

    await using again = await Journal.open(directory);
    expect(again.repairedBytes).toBe(0);
    expect(again.nextPosition).toBe(5);
    expect(await textsOf(again.read({ from: 3 }))).toEqual(texts.slice(2));
    expect(await again.append('five')).toBe(5);
    expect(await textsOf(readJournal(directory))).toEqual([...texts, 'five']);
  });

  it('has one record a line, its payload in clear text', async () => {
    const directory = temporaryDirectory();
    await using journal = await Journal.open(directory);
    await journal.append(['{"key":"a"}', '{"key":"b"}']);
    const lines = readFileSync(join(directory, segmentsOf(directory)[0]!), 'utf8').split('\n');
    // Checksums by an independent CRC-32: python3 -c 'import zlib; print("%08x" % zlib.crc32(b"1 >{\"key\":\"a\"}"))'
    expect(lines).toEqual([
      'kvtwin-journal 1 1 7ade4977',
      '6bbfd9f7>{"key":"a"}',
      'f0b17c97 {"key":"b"}',
      '',
    ]);
  });

  it('syncs appends of the same moment together', async () => {
    const datasync = vi.spyOn(await fileHandlePrototype(), 'datasync');
    await using journal = await Journal.open(temporaryDirectory());
    datasync.mockClear();
    const positions = await Promise.all(
      Array.from({ length: 100 }, (_, at) => journal.append(`record ${at}`)),
    );
    expect(positions).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    expect(datasync).toHaveBeenCalledTimes(1);
  });

  it('does not acknowledge before the sync is done', async () => {
    const prototype = await fileHandlePrototype();
    await using journal = await Journal.open(temporaryDirectory());
    let synced = (): void => undefined;
    vi.spyOn(prototype, 'datasync').mockImplementation(
      () =>
        new Promise<void>((resolve) => {
          synced = resolve;
        }),
    );
    let acknowledged = false;
    const appending = journal.append('a').then(() => {
      acknowledged = true;
    });
    await vi.waitFor(() => expect(prototype.datasync).toHaveBeenCalled());
    expect(acknowledged).toBe(false);
    expect(await textsOf(journal.read())).toEqual([]);
    synced();
    await appending;
    expect(acknowledged).toBe(true);
  });

  it('leaves the sync to the operating system where that is asked for', async () => {
    const prototype = await fileHandlePrototype();
    await using journal = await Journal.open(temporaryDirectory(), { sync: 'os' });
    const datasync = vi.spyOn(prototype, 'datasync');
    await journal.append('a');
    expect(datasync).not.toHaveBeenCalled();
  });

  it('syncs one append alone where that is asked for, and what was appended before with it', async () => {
    const prototype = await fileHandlePrototype();
    const directory = temporaryDirectory();
    const journal = await Journal.open(directory);
    const datasync = vi.spyOn(prototype, 'datasync');
    await journal.append('a', { sync: 'os' });
    await journal.append('b', { sync: 'os' });
    expect(datasync).not.toHaveBeenCalled();
    await journal.append('c');
    await journal.append('d');
    expect(datasync).toHaveBeenCalledTimes(2);
    await journal.close();
    // Only a record behind a sync says so: what is damaged before another may be the torn end of a write.
    const lines = readFileSync(join(directory, segmentsOf(directory)[0]!), 'utf8').split('\n');
    expect(lines.slice(1, 5).map((line) => line[8])).toEqual(['>', ' ', ' ', '>']);
  });

  it.each(['ENOSPC', 'EIO'])('takes nothing more after %s, until it is opened again', async (code) => {
    const directory = temporaryDirectory();
    const prototype = await fileHandlePrototype();
    const journal = await Journal.open(directory);
    await journal.append('kept');
    vi.spyOn(prototype, 'datasync').mockRejectedValueOnce(Object.assign(new Error(code), { code }));
    const failed = [journal.append('a'), journal.append('b')];
    for (const append of failed) {
      await expect(append).rejects.toMatchObject({ code: 'JOURNAL_FAILED', cause: { code } });
    }
    await expect(journal.append('c')).rejects.toMatchObject({ code: 'JOURNAL_FAILED' });
    expect(journal.failure?.code).toBe('JOURNAL_FAILED');
    await journal.close();

    await using again = await Journal.open(directory);
    expect((await textsOf(again.read()))[0]).toBe('kept');
    await again.append('d');
    expect((await textsOf(again.read())).at(-1)).toBe('d');
  });

  it('cuts off what a failed write left of itself', async () => {
    const directory = temporaryDirectory();
    const journal = await Journal.open(directory);
    await journal.append('kept');
    const prototype = (await fileHandlePrototype()) as unknown as Record<
      'write',
      (...args: unknown[]) => unknown
    >;
    const write = prototype.write;
    vi.spyOn(prototype, 'write')
      .mockImplementationOnce(function (this: unknown, ...[buffer, offset, , position]) {
        return write.call(this, buffer, offset, 7, position);
      })
      .mockRejectedValueOnce(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
    await expect(journal.append('lost')).rejects.toMatchObject({ code: 'JOURNAL_FAILED' });
    await journal.close();
    await using again = await Journal.open(directory);
    expect(again.repairedBytes).toBe(7);
    expect(await textsOf(again.read())).toEqual(['kept']);
  });

  it('begins new segments, and drops old ones as a whole', async () => {
    const directory = temporaryDirectory();
    await using journal = await Journal.open(directory, { maxSegmentBytes: 100 });
    for (let at = 1; at <= 20; at++) await journal.append(`record ${at}`);
    expect(journal.size.segments).toBe(segmentsOf(directory).length);
    expect(journal.size.segments).toBeGreaterThan(5);
    expect(journal.size.records).toBe(20);
    const before = journal.size.bytes;
    const freed = await journal.dropBefore(11);
    expect(freed).toBe(before - journal.size.bytes);
    expect(journal.firstPosition).toBeGreaterThan(1);
    expect(journal.firstPosition).toBeLessThanOrEqual(11);
    expect(await textsOf(journal.read({ from: 11 }))).toEqual(
      Array.from({ length: 10 }, (_, at) => `record ${at + 11}`),
    );
    await journal.dropBefore(1_000_000);
    expect(journal.size.segments).toBe(1);
    expect(await journal.append('next')).toBe(21);
  });

  it('goes on at the next position after everything was dropped and it is opened again', async () => {
    const directory = temporaryDirectory();
    const journal = await Journal.open(directory, { maxSegmentBytes: 64 });
    for (let at = 1; at <= 4; at++) await journal.append(`record ${at}`);
    await journal.dropBefore(5);
    await journal.close();
    await using again = await Journal.open(directory);
    expect(await again.append('five')).toBe(5);
  });

  it('refuses what would not fit, and goes on', async () => {
    await using journal = await Journal.open(temporaryDirectory(), {
      maxTotalBytes: 200,
      maxRecordBytes: 100,
    });
    await expect(journal.append('x'.repeat(101))).rejects.toMatchObject({ code: 'JOURNAL_INVALID_RECORD' });
    await expect(journal.append('ä'.repeat(51))).rejects.toMatchObject({ code: 'JOURNAL_INVALID_RECORD' });
    await expect(journal.append('a\nb')).rejects.toMatchObject({ code: 'JOURNAL_INVALID_RECORD' });
    await expect(journal.append('\ud800')).rejects.toMatchObject({ code: 'JOURNAL_INVALID_RECORD' });
    await journal.append('x'.repeat(100));
    await expect(journal.append('x'.repeat(90))).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
    expect(await journal.append('y')).toBe(2);
  });

  it('counts appends that are under way against its size', async () => {
    await using journal = await Journal.open(temporaryDirectory(), { maxTotalBytes: 200 });
    const appends = Array.from({ length: 4 }, () => journal.append('x'.repeat(60)));
    const codes = await Promise.all(
      appends.map((append) =>
        append.then(
          () => 'ok',
          (error) => error.code,
        ),
      ),
    );
    expect(codes).toEqual(['ok', 'ok', 'JOURNAL_FULL', 'JOURNAL_FULL']);
  });

  it('finishes what is waiting when it is closed, and takes nothing afterwards', async () => {
    const directory = temporaryDirectory();
    const journal = await Journal.open(directory);
    const appending = journal.append('a');
    await journal.close();
    expect(await appending).toBe(1);
    await expect(journal.append('b')).rejects.toMatchObject({ code: 'JOURNAL_CLOSED' });
    expect(await textsOf(readJournal(directory))).toEqual(['a']);
  });

  it.each([
    { maxSegmentBytes: 1 },
    { maxTotalBytes: 0.5 },
    { maxRecordBytes: 2 ** 40 },
    { sync: 'never' as 'os' },
  ])('refuses the options %j', async (options) => {
    await expect(Journal.open(temporaryDirectory(), options)).rejects.toMatchObject({
      code: 'JOURNAL_INVALID_OPTIONS',
    });
  });
});

describe('readers beside a writer', () => {
  it('read a directory that is not there as empty', async () => {
    expect(await textsOf(readJournal(join(temporaryDirectory(), 'none')))).toEqual([]);
  });

  it('leave out the torn end, which stays', async () => {
    const directory = temporaryDirectory();
    await using journal = await Journal.open(directory);
    await journal.append(['a', 'b']);
    appendFileSync(join(directory, segmentsOf(directory)[0]!), '0000');
    expect(await textsOf(readJournal(directory))).toEqual(['a', 'b']);
  });

  it('refuse a segment of a later format version', async () => {
    const directory = temporaryDirectory();
    await (await Journal.open(directory)).close();
    writeFileSync(join(directory, segmentsOf(directory)[0]!), 'kvtwin-journal 2 1 686be699\n');
    await expect(textsOf(readJournal(directory))).rejects.toMatchObject({ code: 'JOURNAL_VERSION' });
    await expect(Journal.open(directory)).rejects.toMatchObject({ code: 'JOURNAL_VERSION' });
  });

  it('tell a segment that is missing', async () => {
    const directory = temporaryDirectory();
    await using journal = await Journal.open(directory, { maxSegmentBytes: 64 });
    for (let at = 1; at <= 6; at++) await journal.append(`record ${at}`);
    unlinkSync(join(directory, segmentsOf(directory)[1]!));
    await expect(textsOf(readJournal(directory))).rejects.toMatchObject({
      code: 'JOURNAL_CORRUPT',
      offset: 0,
    });
  });
});
