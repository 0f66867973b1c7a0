import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CliIo } from '../command-line/cli-io.js';
import { ExitCode } from '../command-line/exit-code.js';
import { stateFolder } from '../jobs/state-folder.js';
import { formatSize } from '../output/format-size.js';
import { configFolder, ProfileStore } from '../sides/profile-store.js';
import { type Check, fail, note, ok, reasonOf, warn } from './check.js';

/** What `package.json` asks for, under `engines`. */
const leastNode = [20, 19] as const;
/** A job of a million keys takes a few hundred megabytes. */
const leastFreeBytes = 1024 ** 3;

/** What commands need of this machine: Node, folders, profiles. */
export async function machineChecks(env: CliIo['env'], nodeVersion: string): Promise<Check[]> {
  return [nodeCheck(nodeVersion), ...(await stateChecks(stateFolder(env))), ...(await profileChecks(env))];
}

function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = leastNode;
  const isEnough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  if (isEnough) return ok('node', `Node ${version}`);
  const advice = `install Node ${leastMajor}.${leastMinor} or newer`;
  return fail('node', `Node ${version} is too old`, advice, ExitCode.usage);
}

async function stateChecks(folder: string): Promise<Check[]> {
  const existing = await nearestFolder(folder);
  try {
    await access(existing, constants.W_OK | constants.X_OK);
  } catch (error) {
    const text = `jobs cannot be kept in ${folder}: ${reasonOf(error)}`;
    return [
      fail('state-folder', text, 'make it writable, or set KVTWIN_STATE to another one', ExitCode.usage),
    ];
  }
  const made = existing === folder ? '' : ' (it will be made)';
  return [ok('state-folder', `jobs are kept in ${folder}${made}`), ...(await spaceChecks(existing))];
}

async function spaceChecks(folder: string): Promise<Check[]> {
  try {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    if (free >= leastFreeBytes) return [ok('free-space', `${formatSize(free)} are free there`)];
    const advice = 'make room, or set KVTWIN_STATE to a folder on another disk';
    return [warn('free-space', `only ${formatSize(free)} are free there`, advice)];
  } catch (error) {
    return [note('free-space', `free space is not told: ${reasonOf(error)}`)];
  }
}

/** The folder itself, or the nearest one above it that is there. */
async function nearestFolder(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  return isThere || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

async function profileChecks(env: CliIo['env']): Promise<Check[]> {
  const store = new ProfileStore(configFolder(env));
  try {
    const { active, profiles } = await store.load();
    const count = Object.keys(profiles).length;
    if (count === 0) return [note('profiles', `no profiles in ${store.file}`)];
    const found = `${count} ${count === 1 ? 'profile' : 'profiles'} in ${store.file}`;
    return [
      ok('profiles', active === undefined ? found : `${found}, ${active} is active`),
      ...(await permissionChecks(store.file)),
    ];
  } catch (error) {
    const advice = 'correct the file, or delete it and begin anew with kvtwin profile add';
    return [fail('profiles', reasonOf(error), advice, ExitCode.usage)];
  }
}

async function permissionChecks(file: string): Promise<Check[]> {
  const { mode } = await stat(file);
  if (process.platform === 'win32') return [];
  if ((mode & 0o077) === 0) return [ok('profile-permissions', 'only you can read them')];
  const shown = (mode & 0o777).toString(8);
  const text = `others can read ${file} (mode ${shown}), and with it the passwords in it`;
  return [warn('profile-permissions', text, `chmod 600 ${file}`)];
}
