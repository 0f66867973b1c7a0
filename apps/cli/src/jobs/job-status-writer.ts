import type { JobFolder } from './job-folder.js';
import { type JobStatus, writeJobStatus } from './job-status.js';

/** How often the status file is replaced while a job runs: often enough to watch it, at no cost to the job. */
const statusEveryMs = 1000;

/** What a job tells of itself; the rest of its status is known here. */
export type JobStanding = Pick<JobStatus, 'phase' | 'elapsedMs' | 'units' | 'keys' | 'result' | 'detail'>;

/** Keeps the status file of a running job up to date. */
export class JobStatusWriter {
  readonly #job: JobFolder;
  readonly #pid: number;
  #last: JobStanding | undefined;
  #writtenAtMs = 0;
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown;

  constructor(job: JobFolder, pid: number) {
    this.#job = job;
    this.#pid = pid;
  }

  /** Takes down where the job stands, and writes it where it is time to. */
  show(standing: JobStanding): void {
    this.#last = standing;
    if (Date.now() - this.#writtenAtMs < statusEveryMs) return;
    this.#write('running', standing);
  }

  /** Writes the last state; without a standing the last one that was shown, if any. */
  async end(state: 'paused' | 'done', standing: JobStanding | undefined = this.#last): Promise<void> {
    if (standing !== undefined) this.#write(state, standing);
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #write(state: JobStatus['state'], standing: JobStanding): void {
    this.#writtenAtMs = Date.now();
    this.#failure = undefined;
    const status: JobStatus = {
      format: 'kvtwin.job-status/1',
      kind: this.#job.description.kind,
      state,
      pid: this.#pid,
      startedAt: this.#job.description.createdAt,
      updatedAt: new Date().toISOString(),
      keysPerSecond: Math.round(standing.keys / Math.max(0.001, standing.elapsedMs / 1000)),
      ...standing,
    };
    this.#writing = this.#writing
      .then(() => writeJobStatus(this.#job.statusFile, status))
      .catch((error: unknown) => {
        this.#failure = error;
      });
  }
}
