import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CliError } from '../command-line/cli-error.js';

/** A name for one side (`url`), or for a pair (`first` and `second`, or `pair`). */
export interface Profile {
  readonly url?: string;
  /** A URL, or the name of a profile that is one side. */
  readonly first?: string;
  readonly second?: string;
  readonly pair?: string;
  /** What people call the two sides. */
  readonly names?: readonly [string, string];
  readonly versions?: 'counter' | 'opaque';
  /** The process that wrote it for as long as it runs (`kvtwin demo`). When it is gone the profile counts as gone. */
  readonly ownerPid?: number;
  /** Which profile was active before the owner made this one active. */
  readonly activeBefore?: string;
}

/** All profiles of one user. */
export interface Profiles {
  readonly active?: string;
  readonly profiles: Readonly<Record<string, Profile>>;
}

const formatVersion = 1;

/** The folder of the configuration: `KVTWIN_CONFIG`, else `$XDG_CONFIG_HOME/kvtwin`, else `~/.config/kvtwin`. */
export function configFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (env.KVTWIN_CONFIG) return env.KVTWIN_CONFIG;
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'kvtwin');
}

/** Profiles in `profiles.json`, readable by its owner only (URLs may hold passwords), replaced atomically. */
export class ProfileStore {
  readonly file: string;
  readonly #madeFile: string;

  constructor(folder: string) {
    this.file = join(folder, 'profiles.json');
    this.#madeFile = join(folder, 'made-folders.json');
  }

  /** What the file says; profiles whose owner is gone are left out. */
  async load(): Promise<Profiles> {
    return withoutOrphans(await this.#read());
  }

  /** Reads, changes and writes; what comes back unchanged, as the same object, is not written. */
  async update(change: (profiles: Profiles) => Profiles): Promise<void> {
    const now = await this.load();
    const next = change(now);
    if (next.active === undefined && Object.keys(next.profiles).length === 0) {
      await rm(this.file, { force: true });
      await this.#removeMadeFolders();
      return;
    }
    if (next === now) return;
    await makeFolders(dirname(this.file));
    const draft = `${this.file}.${randomUUID()}.tmp`;
    try {
      await writeFile(draft, `${JSON.stringify({ format: formatVersion, ...next }, null, 2)}\n`, {
        mode: 0o600,
      });
      await chmod(draft, 0o600);
      await rename(draft, this.file);
    } catch (error) {
      await rm(draft, { force: true });
      throw new CliError(`cannot write ${this.file}: ${reason(error)}`, { cause: error });
    }
  }

  /**
   * Makes the folder of the file where it is missing, and notes in it which folders that took: they go with the last
   * profile, whoever removes it.
   */
  async makeFolder(): Promise<void> {
    const made = await makeFolders(dirname(this.file));
    if (made.length > 0) await writeFile(this.#madeFile, `${JSON.stringify(made)}\n`);
  }

  async #removeMadeFolders(): Promise<void> {
    const noted = await readFile(this.#madeFile, 'utf8').catch(() => '[]');
    await rm(this.#madeFile, { force: true });
    const made = foldersIn(noted);
    for (const folder of made.reverse()) await rmdir(folder).catch(() => undefined);
  }

  async #read(): Promise<Profiles> {
    let text: string;
    try {
      text = await readFile(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { profiles: {} };
      throw new CliError(`cannot read ${this.file}: ${reason(error)}`, { cause: error });
    }
    return parseProfiles(text, this.file);
  }
}

function parseProfiles(text: string, file: string): Profiles {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new CliError(`${file} is not JSON`, {
      hint: 'correct it, or delete it to begin anew',
      cause: error,
    });
  }
  if (!isRecord(data) || !isRecord(data.profiles) || !Object.values(data.profiles).every(isProfile)) {
    throw new CliError(`${file} does not hold profiles`, { hint: 'correct it, or delete it to begin anew' });
  }
  if (data.format !== formatVersion) {
    throw new CliError(
      `${file} has format ${String(data.format)}; this kvtwin knows format ${formatVersion}`,
    );
  }
  const profiles = data.profiles as Record<string, Profile>;
  return typeof data.active === 'string' ? { active: data.active, profiles } : { profiles };
}

function isProfile(value: unknown): boolean {
  return isRecord(value) && ['url', 'first', 'second', 'pair'].every((name) => isText(value[name]));
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutOrphans({ active, profiles }: Profiles): Profiles {
  const orphan = (profile: Profile | undefined): boolean =>
    profile?.ownerPid !== undefined && !isRunning(profile.ownerPid);
  const kept = Object.fromEntries(Object.entries(profiles).filter(([, profile]) => !orphan(profile)));
  let current = active;
  const seen = new Set<string>();
  while (current !== undefined && orphan(profiles[current]) && !seen.has(current)) {
    seen.add(current);
    current = profiles[current]?.activeBefore;
  }
  return current !== undefined && current in kept ? { active: current, profiles: kept } : { profiles: kept };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Makes a folder and those above it; answers which it made, the outermost first. */
async function makeFolders(folder: string): Promise<string[]> {
  try {
    const outermost = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (outermost === undefined) return [];
    const made = [folder];
    while (made[0] !== outermost) made.unshift(dirname(made[0]!));
    return made;
  } catch (error) {
    throw new CliError(`cannot make the folder ${folder}: ${reason(error)}`, { cause: error });
  }
}

/** The folders that a note of {@link ProfileStore.makeFolder} names; none where it is no such note. */
function foldersIn(note: string): string[] {
  try {
    const folders: unknown = JSON.parse(note);
    return Array.isArray(folders) ? folders.filter((folder) => typeof folder === 'string') : [];
  } catch {
    return [];
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
