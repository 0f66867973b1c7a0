import type { CliContext } from '../command-line/cli-context.js';
import type { ExitCode } from '../command-line/exit-code.js';
import type { JobFolder } from './job-folder.js';
import type { JobStatus } from './job-status.js';

/** What `job resume` is told on the command line. */
export interface ResumeFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A kind of jobs: all that `kvtwin job` knows of what they do. Registered in {@link jobKinds}. */
export interface JobKind {
  /** As in `job.json`. */
  readonly name: string;
  /** What it is about, for people: `diff of kv`. */
  about(job: JobFolder): string;
  /** What people call its two sides, and their URLs, which may hold passwords. */
  sides(job: JobFolder): readonly { readonly name: string; readonly url: string }[];
  /** Goes on with it, from what is in its folder, and tells what came of it. */
  resume(context: CliContext, job: JobFolder, flags: ResumeFlags): Promise<ExitCode>;
  /** What `job show` prints below the lines that all kinds have. */
  details(job: JobFolder, status: JobStatus): readonly string[] | Promise<readonly string[]>;
}
