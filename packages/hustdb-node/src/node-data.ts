import { Journal } from '@kvtwin/journal';
import type { Binlog } from './binlog.js';
import { DATA_FORMAT, type DataRecord, formatDataRecord, parseDataRecord } from './data-record.js';
import { HustDbNodeError } from './node-error.js';
import type { NodeStorage } from './node-storage.js';

/** The longest value, in base64, with room for its key and table. */
const MAX_RECORD_BYTES = 72 * 1024 * 1024;

/** A clean-up gives whole segments back, and each costs a file. */
const MAX_SEGMENT_BYTES = 16 * 1024 * 1024;

const MIN_SEGMENT_BYTES = 64;

/** Written at once by a clean-up; small, so that writes in between do not wait for long. */
const CLEANED_AT_ONCE_BYTES = 1024 * 1024;

/** What a line takes besides its key and value. */
const LINE_BYTES = 64;

/** What a data directory is made of. */
export interface NodeDataOptions {
  readonly storage: NodeStorage;
  readonly binlog: Binlog;
  /** Bytes that the journal may take beyond twice what it tells. */
  readonly slackBytes: number;
  /** Hears once why nothing more can be written. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * A node's data on disk: a journal of what was written, read back when the node starts. Whoever waits for {@link settled}
 * knows its write to be synced. Once the journal is more than twice what it tells, a clean-up writes what holds behind it
 * and drops the rest; writes go on meanwhile.
 */
export class NodeData {
  readonly #journal: Journal;
  readonly #options: NodeDataOptions;
  #last: Promise<unknown> = Promise.resolve();
  #changes = 0;
  #cleaning: Promise<void> | undefined;
  #failure: unknown;

  /**
   * Takes a directory, which is made if it is not there, and fills storage and binlog from it. Rejects with a JournalError
   * (`JOURNAL_LOCKED`: another process has it) or with `HUSTDB_NODE_DATA`.
   */
  static async open(directory: string, options: NodeDataOptions): Promise<NodeData> {
    const journal = await Journal.open(directory, {
      maxRecordBytes: MAX_RECORD_BYTES,
      maxSegmentBytes: Math.min(MAX_SEGMENT_BYTES, Math.max(options.slackBytes, MIN_SEGMENT_BYTES)),
      maxTotalBytes: Number.MAX_SAFE_INTEGER,
    });
    try {
      for await (const { text, position } of journal.read()) {
        restore(parseDataRecord(text), options, `record ${position} of ${journal.directory}`);
      }
      await journal.append(formatDataRecord({ kind: 'node', format: DATA_FORMAT }));
      return new NodeData(journal, options);
    } catch (error) {
      await journal.close();
      throw error;
    }
  }

  private constructor(journal: Journal, options: NodeDataOptions) {
    this.#journal = journal;
    this.#options = options;
    options.storage.onChange = (change) =>
      this.#append(
        change.kind === 'put' ? { kind: 'put', state: change.record } : { kind: 'del', state: change.record },
      );
    options.binlog.onChange = (kind, entry) => this.#append({ kind, entry });
  }

  /** Changes so far: a command that left it as it was wrote nothing. */
  get changes(): number {
    return this.#changes;
  }

  /** Why nothing more can be written; undefined while it can. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Bytes of a torn write that the start cut off; it had never been acknowledged. */
  get repairedBytes(): number {
    return this.#journal.repairedBytes;
  }

  /** Resolves once every change so far is on disk; rejects where one cannot be written. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Waits for a clean-up under way, writes what is left and gives the directory back. */
  async close(): Promise<void> {
    this.#options.storage.onChange = undefined;
    this.#options.binlog.onChange = undefined;
    await this.#cleaning;
    await this.#journal.close();
  }

  #append(record: DataRecord): void {
    this.#changes++;
    if (this.#failure !== undefined) return;
    const written = this.#journal.append(formatDataRecord(record));
    this.#last = written;
    written.then(
      () => this.#cleanWhenDue(),
      (error: unknown) => this.#fail(error),
    );
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#last = Promise.reject(error);
    this.#last.catch(() => undefined);
    this.#options.onFailure(error);
  }

  #cleanWhenDue(): void {
    const { storage, slackBytes } = this.#options;
    if (this.#cleaning !== undefined || this.#failure !== undefined) return;
    const needed = (storage.bytes * 4) / 3 + storage.count * LINE_BYTES;
    if (this.#journal.size.bytes < 2 * needed + slackBytes) return;
    this.#cleaning = this.#clean()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#cleaning = undefined;
      });
  }

  /** Every line tells a state, so those written again and those of writes meanwhile may stand in any order of keys. */
  async #clean(): Promise<void> {
    const from = this.#journal.nextPosition;
    let lines: string[] = [formatDataRecord({ kind: 'node', format: DATA_FORMAT })];
    let bytes = 0;
    for (const record of this.#everything()) {
      const line = formatDataRecord(record);
      lines.push(line);
      bytes += line.length;
      if (bytes < CLEANED_AT_ONCE_BYTES) continue;
      await this.#journal.append(lines);
      lines = [];
      bytes = 0;
    }
    await this.#journal.append(lines);
    await this.#journal.dropBefore(from);
  }

  *#everything(): Iterable<DataRecord> {
    for (const state of this.#options.storage.records()) yield { kind: 'put', state };
    for (const entry of this.#options.binlog.entries()) yield { kind: 'task', entry };
  }
}

function restore(record: DataRecord | undefined, { storage, binlog }: NodeDataOptions, where: string): void {
  switch (record?.kind) {
    case 'put':
      storage.restore(record.state);
      return;
    case 'del':
      storage.forget(record.state);
      return;
    case 'task':
    case 'done':
      binlog.restore(record.kind, record.entry);
      return;
    case 'node':
      if (record.format === DATA_FORMAT) return;
      throw new HustDbNodeError(
        'HUSTDB_NODE_DATA',
        `${where} was written in format ${record.format}; this release reads format ${DATA_FORMAT}`,
      );
    default:
      throw new HustDbNodeError('HUSTDB_NODE_DATA', `${where} is nothing that a node wrote`);
  }
}
