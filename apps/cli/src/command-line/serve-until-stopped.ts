import { writeJson, writeLine } from '../output/output.js';
import type { CliContext } from './cli-context.js';
import { ExitCode } from './exit-code.js';
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
