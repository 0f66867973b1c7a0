import { createHash } from 'node:crypto';
import { Journal, readJournal } from '@kvtwin/journal';
import { type RecordedWrite, repairRecorded, type UndoneRow, undoApply } from '@kvtwin/reconcile';
import type { RepairRequest, RepairResult, ReplicaPairStore } from '@kvtwin/replica-pair';
import { type PairRead, type Two, toByteString, type VersionedStore } from '@kvtwin/versioned-value';
import type { CliIo } from '../command-line/cli-io.js';
import { applyJournalOptions } from '../jobs/apply-journal-options.js';
import { createJob, type JobFolder, type NewJob } from '../jobs/job-folder.js';
import { type JobStanding, JobStatusWriter } from '../jobs/job-status-writer.js';
import { logFolderOf, markUndone, type WritingJobDescription } from '../jobs/writing-job.js';
import { formatCount } from '../output/format-size.js';

/** One run of `kvtwin resolve`. */
export interface ResolveJobDescription extends WritingJobDescription {
  readonly kind: 'resolve';
  /** What was decided about, for people: `job d1`, `user:42`. */
  readonly about: string;
}

export type ResolveJobFolder = JobFolder<ResolveJobDescription>;

/** What {@link WriteRecorder} works with. */
export interface RecorderParts {
  readonly io: Pick<CliIo, 'env' | 'pid'>;
  readonly pair: Pick<ReplicaPairStore, 'read' | 'repair'>;
  readonly stores: Two<VersionedStore>;
  readonly about: Omit<NewJob<ResolveJobDescription>, 'kind'>;
  readonly allowUnguarded: boolean;
}

interface OpenJob {
  readonly job: ResolveJobFolder;
  readonly log: Journal;
  readonly status: JobStatusWriter;
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/**
 * Repairs that can be undone: before the first write of one there is a job, and in its log what stands there, synced to
 * disk. Nothing is kept on disk while nothing is written.
 */
export class WriteRecorder {
  readonly #parts: RecorderParts;
  readonly #beganMs = performance.now();
  /** What was written to a key last, and is not undone. */
  readonly #written = new Map<string, RecordedWrite>();
  #open: OpenJob | undefined;
  #undoLog: Journal | undefined;
  #rows = 0;
  #undone = 0;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** Of what was written; undefined while nothing was. */
  get job(): ResolveJobFolder | undefined {
    return this.#open?.job;
  }

  /** How many keys hold what was written here, as far as it is known. */
  get standing(): number {
    return this.#written.size;
  }

  read(...call: Parameters<ReplicaPairStore['read']>): Promise<PairRead> {
    return this.#parts.pair.read(...call);
  }

  async repair(key: Uint8Array, request: RepairRequest): Promise<RepairResult> {
    const name = toByteString(key);
    const { result, write } = await repairRecorded({
      pair: this.#parts.pair,
      log: { append: async (text) => (await this.#begun()).log.append(text) },
      row: this.#rows++,
      key,
      request,
      earlier: this.#written.get(name),
      sha256,
    });
    const mayStand = write?.ends.some((end) => end === null || end.wrote) === true;
    if (mayStand) this.#written.set(name, write);
    if (this.#open !== undefined) this.#open.status.show(this.#standing());
    return result;
  }

  /** Takes back what was written to a key here; undefined where nothing was, or is undone. */
  async undo(key: Uint8Array, timeoutMs?: number): Promise<UndoneRow['results'] | undefined> {
    const name = toByteString(key);
    const write = this.#written.get(name);
    if (write === undefined || this.#open === undefined) return undefined;
    const { job, log } = this.#open;
    this.#undoLog ??= await Journal.open(logFolderOf(job, 'undo'), applyJournalOptions);
    let results: UndoneRow['results'] | undefined;
    const { row } = write.intent;
    await undoApply({
      stores: this.#parts.stores,
      applied: { read: () => recordsOf(log, row) },
      log: this.#undoLog,
      sha256,
      allowUnguarded: this.#parts.allowUnguarded,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      onRow: (undone) => {
        results = undone.results;
      },
    });
    if (results?.some((each) => each === 'failed' || each === 'unguarded') !== true) {
      this.#written.delete(name);
      this.#undone++;
    }
    return results;
  }

  async close(): Promise<void> {
    if (this.#open === undefined) return;
    const { job, log, status } = this.#open;
    await this.#undoLog?.close();
    await log.close();
    if (this.#written.size === 0 && this.#undone > 0) await markUndone(job);
    await status.end('done', this.#standing());
  }

  async #begun(): Promise<OpenJob> {
    if (this.#open !== undefined) return this.#open;
    const { about, io } = this.#parts;
    const job = await createJob<ResolveJobDescription>(io.env, 'r', { kind: 'resolve', ...about });
    const log = await Journal.open(logFolderOf(job, 'apply'), applyJournalOptions);
    this.#open = { job, log, status: new JobStatusWriter(job, io.pid) };
    return this.#open;
  }

  #standing(): JobStanding {
    const keys = this.#written.size;
    const undone = this.#undone === 0 ? [] : [`taken back ${formatCount(this.#undone)}`];
    return {
      phase: 'deciding',
      elapsedMs: performance.now() - this.#beganMs,
      units: { done: keys, total: keys },
      keys,
      result: [`written ${formatCount(keys)}`, ...undone].join(' · '),
      detail: {},
    };
  }
}

async function* recordsOf(log: Journal, row: number): AsyncGenerator<{ readonly text: string }> {
  for await (const record of readJournal(log.directory)) {
    if ((JSON.parse(record.text) as { readonly row: number }).row === row) yield record;
  }
}
