import type { CliIo } from '../command-line/cli-io.js';
import { configFolder, ProfileStore } from '../sides/profile-store.js';

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
 * to be made included; where another demo has replaced it meanwhile, that one takes them back. Should the process be
 * killed, the profile counts as gone all the same: it names its owner.
 */
export async function writeDemoProfile({ env, pid }: CliIo, sides: DemoSides): Promise<() => Promise<void>> {
  const store = new ProfileStore(configFolder(env));
  await store.makeFolder();
  await store.update(({ active, profiles }) => {
    const other = profiles[demoProfileName];
    const before = active === demoProfileName ? other?.activeBefore : active;
    return {
      active: demoProfileName,
      profiles: {
        ...profiles,
        [demoProfileName]: {
          ...sides,
          versions: 'opaque',
          ownerPid: pid,
          ...(before === undefined ? {} : { activeBefore: before }),
        },
      },
    };
  });
  return async () => {
    await store.update((all) => {
      const { [demoProfileName]: demo, ...profiles } = all.profiles;
      if (demo?.ownerPid !== pid) return all;
      const restored = all.active === demoProfileName ? demo.activeBefore : all.active;
      return restored !== undefined && restored in profiles ? { active: restored, profiles } : { profiles };
    });
  };
}
