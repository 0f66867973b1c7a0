import { randomUUID } from 'node:crypto';
import { link, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { JournalError } from './journal-error.js';

/** A holder on another machine, which cannot be asked, counts as gone once it has not touched its lock for so long. */
const forgottenAfterMs = 60_000;
/** Well below, so that a busy holder is not taken for a dead one. */
const touchEveryMs = 10_000;

/** Who holds a directory. */
interface Holder {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  /** Of the machine, where it tells (Linux): no process outlives it. */
  readonly boot?: string | undefined;
  /** When the process began, in the machine's own count (Linux): tells a process from a later one of the same number. */
  readonly started?: string | undefined;
}

/**
 * The file `lock` of a directory: made by linking a file that is whole already, so nobody reads half of one. A lock whose
 * process is gone is taken over by whoever makes the file `lock.after.ID` first, ID being that of the lock: only they may
 * put theirs in its place. If they die before they do, their own id is the next one to be claimed.
 */
export class DirectoryLock {
  readonly #path: string;
  readonly #text: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string, text: string, onLost: () => void) {
    this.#path = path;
    this.#text = text;
    this.#timer = setInterval(() => void this.#touch(onLost), touchEveryMs);
    this.#timer.unref();
  }

  /** Rejects with `JOURNAL_LOCKED`. `onLost`: the lock was taken away, for instance while the machine was suspended. */
  static async acquire(directory: string, onLost: () => void): Promise<DirectoryLock> {
    const path = join(directory, 'lock');
    const id = randomUUID();
    const own = `${path}.${id}`;
    const text = `${JSON.stringify({ id, pid: process.pid, host: hostname(), ...(await ownBeginning()) })}\n`;
    await writeFile(own, text);
    try {
      for (let attempt = 0; attempt < 10; attempt++) {
        if ((await linked(own, path)) || (await succeeded(own, path)))
          return new DirectoryLock(path, text, onLost);
      }
    } finally {
      await unlink(own).catch(ignoreMissing);
    }
    throw new JournalError('JOURNAL_LOCKED', `${path} is taken and given back all the time`, { file: path });
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    if ((await textOf(this.#path)) === this.#text) await unlink(this.#path).catch(ignoreMissing);
  }

  async #touch(onLost: () => void): Promise<void> {
    try {
      if ((await textOf(this.#path)) !== this.#text) {
        clearInterval(this.#timer);
        onLost();
        return;
      }
      const now = new Date();
      await utimes(this.#path, now, now);
    } catch {
      // An I/O error here says nothing about who holds the lock; writing will run into it too.
    }
  }
}

async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Whether the lock of a process that is gone was taken over; false: it changed meanwhile. Rejects where its holder is alive. */
async function succeeded(own: string, path: string): Promise<boolean> {
  const seen = await textOf(path);
  if (seen === undefined) return false;
  const claims: string[] = [];
  for (let last: string | undefined = seen; last !== undefined; last = await textOf(claims.at(-1) ?? '')) {
    const holder = parseHolder(last);
    if (await isAlive(holder, claims.at(-1) ?? path)) throw lockedBy(holder, path);
    claims.push(`${path}.after.${holder?.id ?? 'unreadable'}`);
  }
  const claim = claims.at(-1);
  if (claim === undefined || !(await linked(own, claim))) return false;
  // Whoever had the claim before and took the lock over has removed it only then: so the lock tells.
  const mine = (await textOf(path)) === seen;
  if (mine) await rename(own, path);
  for (const each of mine ? claims : [claim]) await unlink(each).catch(ignoreMissing);
  return mine;
}

async function isAlive(holder: Holder | undefined, path: string): Promise<boolean> {
  if (holder === undefined || holder.host !== hostname()) return touchedLately(path);
  const own = await ownBeginning();
  if (holder.boot !== undefined && own.boot !== undefined && holder.boot !== own.boot) return false;
  if (!exists(holder.pid)) return false;
  const started = await startOf(holder.pid);
  return holder.started === undefined || started === undefined || holder.started === started;
}

async function touchedLately(path: string): Promise<boolean> {
  const touched = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  return Date.now() - touched < forgottenAfterMs;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function ownBeginning(): Promise<Pick<Holder, 'boot' | 'started'>> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => undefined);
  return { boot: boot?.trim(), started: await startOf(process.pid) };
}

/** Field 22 of /proc/PID/stat; the second one, the name, may hold spaces and parentheses. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}

function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder;
    const known = Number.isInteger(holder.pid) && holder.pid > 0 && /^[\w-]{1,64}$/.test(holder.id);
    return known ? holder : undefined;
  } catch {
    return undefined;
  }
}

function lockedBy(holder: Holder | undefined, path: string): JournalError {
  const who =
    holder === undefined
      ? 'a holder that it does not name'
      : `process ${holder.pid} on ${holder.host}${holder.pid === process.pid ? ' (this one)' : ''}`;
  return new JournalError(
    'JOURNAL_LOCKED',
    `${path} is held by ${who}; one process writes to a journal. Stop it or use another directory`,
    { file: path },
  );
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error) => {
    ignoreMissing(error);
    return undefined;
  });
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}
