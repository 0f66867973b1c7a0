import { type ChildProcess, spawn } from 'node:child_process';

/** How a child process ended, and all it said. */
export interface FinishedProcess {
  readonly exitCode: number | undefined;
  /** The signal that ended it, for instance `SIGKILL`. */
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of {@link runProcess}. */
export interface RunProcessOptions {
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Record<string, string | undefined>;
  readonly stdin?: string | Uint8Array;
  /** After this long the child is killed and the call rejects; 60,000 by default. */
  readonly timeoutMs?: number;
  /** Called with the child's process id once it runs. */
  readonly onStart?: (pid: number) => void;
}

/** Runs a program to its end. Any exit code is a result; only a failure to start, or running over, rejects. */
export function runProcess(
  program: string,
  args: readonly string[],
  options: RunProcessOptions = {},
): Promise<FinishedProcess> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    if (child.pid !== undefined) options.onStart?.(child.pid);
    const said = listenTo(child);
    const limitMs = options.timeoutMs ?? 60_000;
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${program} ${args.join(' ')} ran over ${limitMs} ms; stderr: ${said.stderr()}`));
    }, limitMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({
        exitCode: code ?? undefined,
        signal: signal ?? undefined,
        stdout: said.stdout(),
        stderr: said.stderr(),
      });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.stdin ?? '');
  });
}

function listenTo(child: ChildProcess): { stdout(): string; stderr(): string } {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  return {
    stdout: () => Buffer.concat(out).toString('utf8'),
    stderr: () => Buffer.concat(err).toString('utf8'),
  };
}
