import type { CliIo } from '../command-line/cli-io.js';
import { configFolder, ProfileStore } from '../sides/profile-store.js';

/** What only the machine knows: the names that a shell offers at the moment. */
export const valueLists = ['profiles', 'jobs'] as const;

export type ValueList = (typeof valueLists)[number];

/** The names; none where they cannot be read: a completion must not print errors into a command line. */
export async function completionValues(list: ValueList, env: CliIo['env']): Promise<readonly string[]> {
  try {
    return list === 'profiles' ? await profiles(env) : await jobs(env);
  } catch {
    return [];
  }
}

async function profiles(env: CliIo['env']): Promise<readonly string[]> {
  const { profiles: all } = await new ProfileStore(configFolder(env)).load();
  return Object.keys(all);
}

async function jobs(env: CliIo['env']): Promise<readonly string[]> {
  const { listJobs } = await import('../jobs/job-folder.js');
  return (await listJobs(env)).map(({ id }) => id);
}
