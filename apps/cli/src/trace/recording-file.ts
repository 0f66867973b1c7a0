import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { CliError } from '../command-line/cli-error.js';
import type { CliOutput } from '../command-line/cli-io.js';
import { LossyOutput } from './lossy-output.js';
import type { TraceEvent } from './trace-event.js';
import { recordedRow } from './trace-row.js';

/** Text that waits for a slow disk before rows are left out. */
const maxWaitingCharacters = 64 * 1024 * 1024;

/** A recording, one exchange a line: what `kvtwin decode --ndjson` reads. */
export class RecordingFile {
  readonly #stream: WriteStream;
  readonly #output: LossyOutput;
  #failure: Error | undefined;
  /** Exchanges written. */
  rows = 0;
  /** Exchanges whose bytes were too many to be kept. */
  tooLong = 0;

  private constructor(stream: WriteStream, onFailure: (error: Error) => void) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#failure = error;
      onFailure(error);
    });
    const lost = (count: number): string =>
      JSON.stringify({ name: `${count} rows left out: the disk was too slow` });
    this.#output = new LossyOutput(outputOf(stream), lost, maxWaitingCharacters);
  }

  /** Makes the file, readable by you only: it holds keys and values. Throws a CliError where there is one already. */
  static async create(path: string, onFailure: (error: Error) => void): Promise<RecordingFile> {
    const stream = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    try {
      await once(stream, 'open');
    } catch (error) {
      const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
      throw new CliError(
        isThere ? `${path} is there already` : `cannot write ${path}: ${(error as Error).message}`,
        { hint: isThere ? 'choose another name, or remove it' : undefined, cause: error },
      );
    }
    return new RecordingFile(stream, onFailure);
  }

  get dropped(): number {
    return this.#output.droppedInAll;
  }

  record(connection: string, event: TraceEvent): void {
    if (this.#failure !== undefined) return;
    const row = recordedRow(connection, event);
    if (row === undefined) return;
    if (row === 'too long') {
      this.tooLong++;
      return;
    }
    this.rows++;
    this.#output.writeLine(JSON.stringify(row));
  }

  /** Writes what waits, and closes the file. */
  async close(): Promise<void> {
    if (this.#failure !== undefined) return;
    await this.#output.flush();
    await new Promise<void>((resolve) => this.#stream.end(() => resolve()));
  }
}

function outputOf(stream: WriteStream): CliOutput {
  return {
    write: (chunk) => stream.write(chunk),
    drained: async () => {
      if (!stream.writableNeedDrain || stream.destroyed) return;
      await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => undefined);
    },
    isTTY: false,
    columns: 80,
  };
}
