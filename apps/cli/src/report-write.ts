import type { CliContext } from './cli-context.js';
import type { ExitCode } from './exit-code.js';
import { colorsFor, writeJson, writeLine } from './output.js';
import { exitCodeOfPairWrite, pairWriteToJson, viewPairWrite, type WrittenKey } from './pair-write-view.js';

/** Prints how a write ended; answers the exit code. */
export async function reportWrite({ io }: CliContext, written: WrittenKey, json: boolean): Promise<ExitCode> {
  if (json) await writeJson(io.stdout, pairWriteToJson(written));
  else {
    for (const line of viewPairWrite(written, colorsFor(io.stdout, io.env))) await writeLine(io.stdout, line);
  }
  return exitCodeOfPairWrite(written);
}
