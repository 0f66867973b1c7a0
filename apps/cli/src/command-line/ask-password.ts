import type { CliIo, CliTerminal } from './cli-io.js';

const keys = { enter: [10, 13], interrupt: 3, end: 4, erase: [8, 127], eraseLine: 21 } as const;

/** Asks a person for a password, which is not shown; undefined where there is no terminal, or it was not given. */
export async function askPassword(io: CliIo, question: string): Promise<string | undefined> {
  const { terminal } = io;
  if (terminal === undefined) return undefined;
  terminal.write(question);
  const typed = await readHidden(terminal, io.signal);
  terminal.write('\n');
  return typed === '' ? undefined : typed;
}

function readHidden(terminal: CliTerminal, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const bytes: number[] = [];
    const finish = (password: string | undefined): void => {
      giveBack();
      signal.removeEventListener('abort', stop);
      resolve(password);
    };
    const stop = (): void => finish(undefined);
    const giveBack = terminal.takeInput((chunk) => {
      for (const byte of chunk) {
        if ((keys.enter as readonly number[]).includes(byte)) return finish(Buffer.from(bytes).toString());
        if (byte === keys.interrupt || byte === keys.end) return finish(undefined);
        if ((keys.erase as readonly number[]).includes(byte)) eraseCharacter(bytes);
        else if (byte === keys.eraseLine) bytes.length = 0;
        else bytes.push(byte);
      }
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Takes the last character away, with all its bytes of UTF-8. */
function eraseCharacter(bytes: number[]): void {
  for (let byte = bytes.pop(); byte !== undefined && (byte & 0xc0) === 0x80; ) byte = bytes.pop();
}
