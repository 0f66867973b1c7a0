import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CliIo, CliOutput, CliTerminal } from '../src/command-line/cli-io.js';
import type { ExitCode } from '../src/command-line/exit-code.js';
import { runCli } from '../src/run-cli.js';

/** What a command printed, and how it ended. */
export interface CliResult {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Uint8Array;
}

/** What a command is run with. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array | string | AsyncIterable<Uint8Array>;
  /** What a person types at a terminal. */
  readonly typed?: string;
  readonly signal?: AbortSignal;
  /** Hears every piece of stdout. */
  readonly onStdout?: (text: string) => void;
  readonly isTTY?: boolean;
  readonly terminal?: CliTerminal;
  /** Fires `hangup` where a process gets SIGHUP. */
  readonly hangUps?: EventTarget;
}

/** No profile of the machine that runs the tests is ever read. */
const noConfig = '/nonexistent/kvtwin';

/** Jobs of commands that name no folder for them; gone when the tests end. */
const someState = mkdtempSync(join(tmpdir(), 'kvtwin-state-'));
process.once('exit', () => rmSync(someState, { recursive: true, force: true }));

/** Runs one command line in this process. */
export async function runInProcess(args: readonly string[], options: RunOptions = {}): Promise<CliResult> {
  const stdout = new RecordedOutput(options.isTTY === true, options.onStdout);
  const stderr = new RecordedOutput(options.isTTY === true);
  const io: CliIo = {
    stdout,
    stderr,
    stdin: stdinOf(options),
    env: { KVTWIN_CONFIG: noConfig, KVTWIN_STATE: someState, ...options.env },
    signal: options.signal ?? new AbortController().signal,
    onHangUp: (listener) => {
      options.hangUps?.addEventListener('hangup', listener);
      return () => options.hangUps?.removeEventListener('hangup', listener);
    },
    pid: process.pid,
    ...(options.terminal === undefined ? {} : { terminal: options.terminal }),
  };
  const code = await runCli(args, io);
  return { code, stdout: stdout.text, stderr: stderr.text, bytes: stdout.bytes };
}

/** A server command that runs in this process until `stop` is called. */
export interface RunningCommand {
  /** What it printed first, one line. */
  readonly line: string;
  stop(): Promise<CliResult>;
  /** As SIGHUP. */
  hangUp(): void;
}

/** Starts a command that serves, and waits for its first line. */
export async function startInProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningCommand> {
  const stopping = new AbortController();
  let announce: (line: string) => void = () => {};
  const announced = new Promise<string>((resolve) => {
    announce = resolve;
  });
  let seen = '';
  const hangUps = new EventTarget();
  const finished = runInProcess(args, {
    env,
    hangUps,
    signal: stopping.signal,
    onStdout: (text) => {
      seen += text;
      const end = seen.indexOf('\n');
      if (end >= 0) announce(seen.slice(0, end));
    },
  });
  const line = await Promise.race([
    announced,
    finished.then(({ code, stderr }) => {
      throw new Error(`ended with ${code} before it served: ${stderr}`);
    }),
  ]);
  return {
    line,
    hangUp: () => hangUps.dispatchEvent(new Event('hangup')),
    stop: () => {
      stopping.abort();
      return finished;
    },
  };
}

class RecordedOutput implements CliOutput {
  readonly columns = 100;
  readonly isTTY: boolean;
  readonly #chunks: Uint8Array[] = [];
  readonly #heard: ((text: string) => void) | undefined;

  constructor(isTTY: boolean, heard?: (text: string) => void) {
    this.isTTY = isTTY;
    this.#heard = heard;
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return Buffer.from(this.bytes).toString();
  }

  write(chunk: string | Uint8Array): boolean {
    const bytes = Buffer.from(chunk);
    this.#chunks.push(bytes);
    this.#heard?.(bytes.toString());
    return true;
  }

  async drained(): Promise<void> {}
}

function stdinOf({ stdin, typed }: RunOptions): CliIo['stdin'] {
  const given = stdin ?? typed;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    if (given === undefined) return;
    if (typeof given === 'string' || given instanceof Uint8Array) yield Buffer.from(given);
    else yield* given;
  }
  return Object.assign(chunks(), { isTTY: stdin === undefined });
}
