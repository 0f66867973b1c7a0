import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type FinishedProcess, type RunProcessOptions, runProcess } from '@kvtwin/testkit';

const repositoryDir = fileURLToPath(new URL('../../..', import.meta.url));
const BUILD_LIMIT_MS = 300_000;
const RUN_LIMIT_MS = 180_000;

/** Builds what has changed since the last build, so that the command run is the one in the sources. */
export async function buildKvtwin(): Promise<void> {
  const { exitCode, stdout, stderr } = await runProcess('npm', ['run', 'build'], {
    cwd: repositoryDir,
    timeoutMs: BUILD_LIMIT_MS,
  });
  if (exitCode !== 0) {
    throw new Error(`npm run build failed:\n${stdout.slice(-2_000)}${stderr.slice(-2_000)}`);
  }
}

/** Nothing of this machine's configuration. */
function environmentOf(configurationDir: string): Record<string, string | undefined> {
  return { XDG_CONFIG_HOME: configurationDir, HOME: configurationDir, NO_COLOR: '1', FORCE_COLOR: undefined };
}

/** Starts the built command line for as long as it wants to run; the caller ends it. */
export function spawnKvtwin(
  args: readonly string[],
  configurationDir: string,
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [`${repositoryDir}/apps/cli/bin/kvtwin.js`, ...args], {
    cwd: configurationDir,
    env: { ...process.env, ...environmentOf(configurationDir) },
  });
}

/** Runs the built command line as a user does, with nothing of this machine's configuration. */
export function runKvtwin(
  args: readonly string[],
  configurationDir: string,
  more: Pick<RunProcessOptions, 'onStart' | 'timeoutMs'> = {},
): Promise<FinishedProcess> {
  return runProcess(process.execPath, [`${repositoryDir}/apps/cli/bin/kvtwin.js`, ...args], {
    cwd: configurationDir,
    env: environmentOf(configurationDir),
    timeoutMs: RUN_LIMIT_MS,
    ...more,
  });
}
