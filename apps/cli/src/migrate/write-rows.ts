import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Lines in a file that is there as a whole or not at all; answers how many, and its SHA-256, lower-case hex. */
export async function writeRows(
  file: string,
  rows: AsyncIterable<string>,
): Promise<{ readonly rows: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const row of rows) {
      const line = `${row}\n`;
      hash.update(line);
      count++;
      yield line;
    }
  }
  const draft = `${file}.tmp`;
  await pipeline(Readable.from(lines()), createWriteStream(draft, { mode: 0o600, flush: true }));
  await rename(draft, file);
  return { rows: count, sha256: hash.digest('hex') };
}
