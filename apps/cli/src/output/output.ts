import pc from 'picocolors';
import type { CliIo, CliOutput } from '../command-line/cli-io.js';

/** The colours of one output, or none. */
export type Colors = ReturnType<typeof pc.createColors>;

/** Colours for an output: `FORCE_COLOR` (not 0), else none with `NO_COLOR`, a dumb terminal, or no terminal at all. */
export function colorsFor(output: CliOutput, env: CliIo['env']): Colors {
  return pc.createColors(wantsColors(output, env));
}

function wantsColors(output: CliOutput, env: CliIo['env']): boolean {
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  if (env.NO_COLOR || env.TERM === 'dumb') return false;
  return output.isTTY;
}

/** Writes all of it, waiting where the reader is slow. */
export async function write(output: CliOutput, chunk: string | Uint8Array): Promise<void> {
  if (!output.write(chunk)) await output.drained();
}

/** Writes one line. */
export function writeLine(output: CliOutput, line: string): Promise<void> {
  return write(output, `${line}\n`);
}

/** Writes one value as one line of JSON. */
export function writeJson(output: CliOutput, value: unknown): Promise<void> {
  return write(output, `${JSON.stringify(value)}\n`);
}
