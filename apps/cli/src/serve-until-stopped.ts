import type { CliContext } from './cli-context.js';
import { CliError } from './cli-error.js';
import { ExitCode } from './exit-code.js';
import { writeJson, writeLine } from './output.js';
import { untilStopped } from './until-stopped.js';

/** A server, serving. */
export interface RunningServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** What is told of a server once it serves. */
export interface ServedAddress {
  /** The whole line with `--json`. */
  readonly json: Readonly<Record<string, unknown>>;
  /** The lines for people. */
  readonly lines: readonly string[];
}

/** Tells where a server serves, and waits for SIGINT or SIGTERM; then closes it. */
export async function serveUntilStopped(
  { io }: CliContext,
  server: RunningServer,
  address: ServedAddress,
  json: boolean,
): Promise<ExitCode> {
  try {
    if (json) await writeJson(io.stdout, address.json);
    else {
      for (const line of address.lines) await writeLine(io.stdout, line);
      await writeLine(io.stderr, 'Ctrl-C stops it.');
    }
    await untilStopped(io.signal);
  } finally {
    await server.close();
  }
  return ExitCode.ok;
}

/** What a listener rejects with, said so that one knows what to do. */
export function listenError(error: unknown, port: number): unknown {
  const code = listenErrorCode(error);
  if (code === 'EADDRINUSE') {
    return new CliError(`port ${port} is in use`, {
      hint: 'choose another --port, or 0 for any free one',
      cause: error,
    });
  }
  if (code === 'EACCES') {
    return new CliError(`port ${port} may not be used by you`, {
      hint: 'ports below 1024 need rights',
      cause: error,
    });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new CliError('this machine does not have the address that --host names', { cause: error });
  }
  return error;
}

/** The code of the system for what a listener rejected with, also where it is the cause. */
export function listenErrorCode(error: unknown): unknown {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  return cause?.code ?? code;
}
