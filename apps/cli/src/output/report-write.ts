import type { CliContext } from '../command-line/cli-context.js';
import type { ExitCode } from '../command-line/exit-code.js';
import {
  exitCodeOfPairWrite,
  pairWriteToJson,
  viewPairWrite,
  type WrittenKey,
} from '../pair/pair-write-view.js';
import { colorsFor, writeJson, writeLine } from './output.js';

/** Prints how a write ended; answers the exit code. */
export async function reportWrite({ io }: CliContext, written: WrittenKey, json: boolean): Promise<ExitCode> {
  if (json) await writeJson(io.stdout, pairWriteToJson(written));
  else {
    for (const line of viewPairWrite(written, colorsFor(io.stdout, io.env))) await writeLine(io.stdout, line);
  }
  return exitCodeOfPairWrite(written);
}
