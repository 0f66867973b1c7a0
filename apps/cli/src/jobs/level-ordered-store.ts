import type { OrderedStore, OrderedWrite } from '@kvtwin/reconcile';
import { ClassicLevel } from 'classic-level';
import { CliError } from '../command-line/cli-error.js';

/** LevelDB maps the files that it has open into memory. These are its least: 64 tables of 1 MiB, and ten files beside. */
const maxOpenFiles = 74;
const fileBytes = 1024 * 1024;
/** Entries handed out at a time by a range. */
const rangeChunk = 1000;

/** A job's state in a LevelDB folder, which one process has at a time. */
export class LevelOrderedStore implements OrderedStore {
  readonly #level: ClassicLevel<Uint8Array, Uint8Array>;

  private constructor(level: ClassicLevel<Uint8Array, Uint8Array>) {
    this.#level = level;
  }

  /** Opens the folder, or makes it. A CliError tells that another process has it. */
  static async open(folder: string): Promise<LevelOrderedStore> {
    const level = new ClassicLevel<Uint8Array, Uint8Array>(folder, {
      keyEncoding: 'view',
      valueEncoding: 'view',
      maxOpenFiles,
      maxFileSize: fileBytes,
    });
    try {
      await level.open();
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause;
      if (cause?.code !== 'LEVEL_LOCKED') throw error;
      throw new CliError('the job runs in another process', {
        hint: 'kvtwin job ls shows where it stands',
        cause: error,
      });
    }
    return new LevelOrderedStore(level);
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#level.get(key);
  }

  async write(entries: readonly OrderedWrite[]): Promise<void> {
    const batch = this.#level.batch();
    for (const [key, value] of entries) {
      if (value === undefined) batch.del(key);
      else batch.put(key, value);
    }
    await batch.write();
  }

  async *range(
    from: Uint8Array,
    to: Uint8Array,
  ): AsyncGenerator<readonly (readonly [Uint8Array, Uint8Array])[]> {
    const iterator = this.#level.iterator({ gte: from, lt: to });
    try {
      for (let entries = await iterator.nextv(rangeChunk); entries.length > 0; ) {
        yield entries;
        entries = await iterator.nextv(rangeChunk);
      }
    } finally {
      await iterator.close();
    }
  }

  close(): Promise<void> {
    return this.#level.close();
  }
}
