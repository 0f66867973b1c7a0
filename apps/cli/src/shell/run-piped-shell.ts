import type { CliIo } from '../command-line/cli-io.js';
import { ExitCode } from '../command-line/exit-code.js';
import { untilAborted } from '../command-line/until-aborted.js';
import { linesOf } from '../decode/lines-of.js';
import type { ShellSession } from './shell-session.js';

/** Runs the lines of stdin to its end, or to the first that fails. Answers the exit code of the first that failed. */
export async function runPipedShell(
  session: ShellSession,
  io: CliIo,
  stopAtFailure: boolean,
): Promise<ExitCode> {
  let first: ExitCode = ExitCode.ok;
  for await (const line of linesOf(untilAborted(io.stdin, io.signal))) {
    const { code, leave } = await session.run(line, io.signal);
    if (first === ExitCode.ok) first = code;
    if (leave || (stopAtFailure && code !== ExitCode.ok) || io.signal.aborted) break;
  }
  return io.signal.aborted ? ExitCode.interrupted : first;
}
