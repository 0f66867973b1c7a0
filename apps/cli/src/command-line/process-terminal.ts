import type { ReadStream, WriteStream } from 'node:tty';
import type { CliTerminal } from './cli-io.js';

/** The terminal of this process; undefined where its stdin or its stdout is none. */
export function processTerminal(stdin: ReadStream, stdout: WriteStream): CliTerminal | undefined {
  if (stdin.isTTY !== true || stdout.isTTY !== true) return undefined;
  return {
    get columns() {
      return stdout.columns || 80;
    },
    get rows() {
      return stdout.rows || 24;
    },
    write: (text) => void stdout.write(text),
    takeInput: (listener) => {
      stdin.setRawMode(true);
      stdin.on('data', listener);
      stdin.resume();
      return () => {
        stdin.off('data', listener);
        stdin.pause();
        stdin.setRawMode(false);
      };
    },
    onResize: (listener) => {
      stdout.on('resize', listener);
      return () => stdout.off('resize', listener);
    },
  };
}
