import { createWriteStream, type WriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';

/** What a job left alone, as a file of one line of JSON each; there as a whole or not at all, and not where nothing was. */
export class LeftRows {
  readonly #file: string;
  #stream: WriteStream | undefined;
  #failure: unknown;
  #count = 0;

  constructor(file: string) {
    this.#file = file;
  }

  get count(): number {
    return this.#count;
  }

  add(row: object): void {
    this.#count++;
    if (this.#stream === undefined) {
      this.#stream = createWriteStream(this.#draft, { mode: 0o600, flush: true });
      this.#stream.on('error', (error) => {
        this.#failure = error;
      });
    }
    this.#stream.write(`${JSON.stringify(row)}\n`);
  }

  /** Puts the file in place; answers its path, or undefined where nothing was left. */
  async end(): Promise<string | undefined> {
    if (this.#stream === undefined) {
      await rm(this.#file, { force: true });
      return undefined;
    }
    this.#stream.end();
    await finished(this.#stream).catch(() => undefined);
    if (this.#failure !== undefined) throw this.#failure;
    await rename(this.#draft, this.#file);
    return this.#file;
  }

  /** Leaves an earlier file as it is. */
  async drop(): Promise<void> {
    this.#stream?.destroy();
    if (this.#stream !== undefined) await rm(this.#draft, { force: true });
  }

  get #draft(): string {
    return `${this.#file}.tmp`;
  }
}
