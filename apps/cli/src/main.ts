import { once, setMaxListeners } from 'node:events';
import type { CliOutput } from './command-line/cli-io.js';
import { ExitCode } from './command-line/exit-code.js';
import { processTerminal } from './command-line/process-terminal.js';
import { runCli } from './run-cli.js';

// Hundreds of reads under way listen to one signal: no leak, and nothing to warn about on a user's terminal.
setMaxListeners(0);

const stopping = new AbortController();

/** npm passes a Ctrl-C on that the terminal has sent already: what comes that soon is the same one. */
const sameSignalMs = 500;
let stoppedAtMs = 0;

// The first signal asks the command to stop and clean up; the next one does not wait for it.
function stop(): void {
  if (!stopping.signal.aborted) {
    stoppedAtMs = performance.now();
    stopping.abort();
  } else if (performance.now() - stoppedAtMs > sameSignalMs) {
    process.exit(ExitCode.interrupted);
  }
}
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

const hangUpListeners = new Set<() => void>();
process.on('SIGHUP', () => {
  if (hangUpListeners.size === 0) stop();
  for (const listener of hangUpListeners) listener();
});

let readerGone = false;
let outputFailure: Error | undefined;

function outputOf(stream: NodeJS.WriteStream): CliOutput {
  // Whoever reads the output may stop reading (`kvtwin scan | head`): that ends the command, quietly. A full disk does not.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') outputFailure ??= error;
    readerGone = true;
    if (!stopping.signal.aborted) stopping.abort();
  });
  return {
    write: (chunk) => (readerGone ? true : stream.write(chunk)),
    drained: async () => {
      if (stream.writableNeedDrain) await Promise.race([once(stream, 'drain'), once(stream, 'close')]);
    },
    isTTY: stream.isTTY === true,
    // Asked again at each use: a window may have been made wider or narrower.
    get columns() {
      return stream.columns ?? 80;
    },
  };
}

// The last write may fail after the command has ended.
process.once('exit', () => {
  if (outputFailure === undefined) return;
  process.exitCode = ExitCode.partial;
  process.stderr.write(`error: the output is cut off: ${outputFailure.message}\n`);
});

const terminal = processTerminal(process.stdin, process.stdout);

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  stdin: process.stdin,
  ...(terminal === undefined ? {} : { terminal }),
  env: process.env,
  signal: stopping.signal,
  onHangUp: (listener) => {
    hangUpListeners.add(listener);
    return () => hangUpListeners.delete(listener);
  },
  pid: process.pid,
});
// Sockets are closed by now; a stdin that nobody reads must not keep the process.
process.stdin.destroy();
