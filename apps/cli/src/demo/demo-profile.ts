import type { CliIo } from '../cli-io.js';
import { configFolder, ProfileStore } from '../profile-store.js';

/** The name of the profile that a running demo has. */
export const demoProfileName = 'demo';

/** What the profile says of the two sites. */
export interface DemoSides {
  readonly first: string;
  readonly second: string;
  readonly names: readonly [string, string];
}

/**
 * Writes the profile `demo` and makes it the active one. The function that it answers takes both back, folders that had
 * to be made included. Should the process be killed, the profile counts as gone all the same: it names its owner.
 */
export async function writeDemoProfile({ env, pid }: CliIo, sides: DemoSides): Promise<() => Promise<void>> {
  const store = new ProfileStore(configFolder(env));
  const made = await store.update(({ active, profiles }) => ({
    active: demoProfileName,
    profiles: {
      ...profiles,
      [demoProfileName]: {
        ...sides,
        versions: 'opaque',
        ownerPid: pid,
        ...(active === undefined || active === demoProfileName ? {} : { activeBefore: active }),
      },
    },
  }));
  return async () => {
    await store.update((all) => {
      const { [demoProfileName]: mine, ...profiles } = all.profiles;
      if (mine?.ownerPid !== pid) return all;
      const before = mine.activeBefore;
      const restored = all.active === demoProfileName ? before : all.active;
      return restored !== undefined && restored in profiles ? { active: restored, profiles } : { profiles };
    });
    await store.removeFolders(made);
  };
}
