import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { runProcess } from '@kvtwin/testkit';

const repositoryDir = fileURLToPath(new URL('../../..', import.meta.url));
const program = fileURLToPath(new URL('../bin/kvtwin.js', import.meta.url));

/** A first build of all packages on a small machine; one that is up to date takes a second. */
export const buildLimitMs = 300_000;

/** Builds what has changed, so that the program run is the one in the sources. */
export async function buildKvtwin(): Promise<void> {
  const { exitCode, stdout, stderr } = await runProcess('npx', ['turbo', 'run', 'build', '--filter=kvtwin'], {
    cwd: repositoryDir,
    timeoutMs: buildLimitMs,
  });
  if (exitCode !== 0) throw new Error(`the build failed:\n${stdout.slice(-2000)}${stderr.slice(-2000)}`);
}

/** The built program, running. */
export interface KvtwinProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** The next line of stdout. */
  line(): Promise<string>;
  /** Settles when it has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** Starts the built program as a user does, with a configuration of its own. */
export function spawnKvtwin(
  args: readonly string[],
  configDir: string,
  more: Readonly<Record<string, string>> = {},
): KvtwinProcess {
  const { FORCE_COLOR: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...inherited, KVTWIN_CONFIG: configDir, NO_COLOR: '1', ...more },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return {
    child,
    line: async () => (await lines.next()).value ?? '',
    ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, stderr }))),
  };
}
