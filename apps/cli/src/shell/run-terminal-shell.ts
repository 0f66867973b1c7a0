import { createInterface, type Interface } from 'node:readline';
import { PassThrough, Writable } from 'node:stream';
import type { CliIo, CliTerminal } from '../command-line/cli-io.js';
import { ExitCode } from '../command-line/exit-code.js';
import type { LineEndOutput } from './line-end-output.js';
import type { ShellSession } from './shell-session.js';

/** Where a shell is typed and seen. */
export interface TerminalShell {
  readonly terminal: CliTerminal;
  readonly io: CliIo;
  /** Where its commands write. */
  readonly stdout: LineEndOutput;
  readonly prompt: string;
}

/**
 * Runs lines as a person types them: Ctrl-C cancels the running command, or clears the line; Ctrl-D leaves. Answers how
 * the shell ends: 0, or 130 where the process was asked to stop.
 */
export async function runTerminalShell(session: ShellSession, view: TerminalShell): Promise<ExitCode> {
  const { terminal, io, prompt } = view;
  const input = new PassThrough();
  const giveBack = terminal.takeInput((chunk) => input.write(chunk));
  const readline = createInterface({
    input,
    output: outputOf(terminal),
    terminal: true,
    prompt,
    history: [...session.history].reverse(),
    completer: (line: string, callback: (error: Error | null, result: [string[], string]) => void) => {
      session.complete(line).then(
        (result) => callback(null, result),
        (error: Error) => callback(error, [[], line]),
      );
    },
  });
  const stop = (): void => readline.close();
  io.signal.addEventListener('abort', stop, { once: true });
  try {
    await readLines(readline, session, view);
  } finally {
    io.signal.removeEventListener('abort', stop);
    readline.close();
    giveBack();
  }
  return io.signal.aborted ? ExitCode.interrupted : ExitCode.ok;
}

async function readLines(
  readline: Interface,
  session: ShellSession,
  { io, stdout }: TerminalShell,
): Promise<void> {
  const waiting: string[] = [];
  let wake: (() => void) | undefined;
  let isClosed = false;
  let running: AbortController | undefined;
  readline.on('line', (line) => {
    waiting.push(line);
    wake?.();
  });
  readline.on('close', () => {
    isClosed = true;
    running?.abort();
    wake?.();
  });
  readline.on('SIGINT', () => {
    if (running !== undefined) {
      // What was typed ahead was meant to follow what is cancelled.
      waiting.length = 0;
      running.abort();
      return;
    }
    io.stdout.write('^C\n');
    readline.write(null, { ctrl: true, name: 'e' });
    readline.write(null, { ctrl: true, name: 'u' });
    readline.prompt();
  });
  readline.prompt();
  while (!isClosed) {
    const line = waiting.shift();
    if (line === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    running = new AbortController();
    const { leave } = await session.run(line, AbortSignal.any([running.signal, io.signal]));
    running = undefined;
    if (leave) return;
    stdout.endLine();
    if (!isClosed) readline.prompt();
  }
  io.stdout.write('\n');
}

function outputOf(terminal: CliTerminal): Writable {
  const output = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, callback) => {
      terminal.write(String(chunk));
      callback();
    },
  });
  // readline asks its output for its width, where it is a terminal.
  return Object.defineProperty(output, 'columns', { get: () => terminal.columns });
}
