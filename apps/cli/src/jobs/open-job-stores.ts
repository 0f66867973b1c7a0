import type { CallOptions, Two, VersionedStore, VersionPolicy } from '@kvtwin/versioned-value';
import { CliError } from '../command-line/cli-error.js';
import { openSides } from '../sides/open-sides.js';
import type { DiffJobDescription } from './diff-job-description.js';

/** The two stores of a job, opened. */
export interface JobStores {
  readonly stores: Two<VersionedStore>;
  readonly policy: VersionPolicy;
  /** Rejects with the StoreError of a side that does not answer. */
  ping(call: CallOptions): Promise<void>;
  close(): Promise<void>;
}

/** Opens what a job compares; the caller closes it. */
export async function openJobStores({
  description,
}: {
  readonly description: Pick<DiffJobDescription, 'sides' | 'selector'>;
}): Promise<JobStores> {
  const sides = await openSides(description.sides);
  try {
    if (sides.families === undefined) throw new CliError('a front has no stores of its own');
    const [first, second] = sides.families;
    const { selector } = description;
    return {
      stores: [await first.open(selector), await second.open(selector)],
      policy: sides.policy,
      ping: async (call) => {
        await Promise.all([first.ping(call), second.ping(call)]);
      },
      close: () => sides.close(),
    };
  } catch (error) {
    await sides.close();
    throw error;
  }
}
