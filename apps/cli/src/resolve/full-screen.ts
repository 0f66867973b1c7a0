import type { CliTerminal } from '../command-line/cli-io.js';
import type { Colors } from '../output/output.js';
import { KeyPresses } from './key-presses.js';
import { paintLine, type StyledLine } from './styled-line.js';

const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';

/** Stand-ins for the signs of a screen where a terminal has only ASCII. */
const ascii: Readonly<Record<string, string>> = {
  '─': '-',
  '│': '|',
  '┬': '+',
  '┴': '+',
  '≠': '!',
  '…': '~',
};

/** How a {@link FullScreen} looks, and what it does at Ctrl-C, which does not wait for its turn. */
export interface FullScreenOptions {
  readonly colors: Colors;
  readonly unicode: boolean;
  readonly onInterrupt: () => void;
}

/**
 * A terminal taken over as a whole, by plain escape codes: the other screen, no cursor, keys as they are pressed. Only
 * lines that have changed are written again, so it is quick over a slow line.
 */
export class FullScreen {
  readonly #terminal: CliTerminal;
  readonly #colors: Colors;
  readonly #unicode: boolean;
  readonly #onInterrupt: () => void;
  readonly #keys: string[] = [];
  readonly #presses = new KeyPresses();
  #drawn: string[] = [];
  #wake: (() => void) | undefined;
  #release: (() => void) | undefined;

  constructor(terminal: CliTerminal, { colors, unicode, onInterrupt }: FullScreenOptions) {
    this.#terminal = terminal;
    this.#colors = colors;
    this.#unicode = unicode;
    this.#onInterrupt = onInterrupt;
  }

  get size(): { readonly columns: number; readonly rows: number } {
    return { columns: this.#terminal.columns, rows: this.#terminal.rows };
  }

  /** Takes the terminal; `resized` is called when the window has another size. */
  open(resized: () => void): void {
    this.#terminal.write(enter);
    const stopInput = this.#terminal.takeInput((chunk) => this.#typed(chunk));
    const stopResize = this.#terminal.onResize(() => {
      this.#drawn = [];
      resized();
    });
    this.#drawn = [];
    this.#release = () => {
      stopResize();
      stopInput();
      this.#terminal.write(leave);
    };
  }

  /** Gives the terminal back as it was. */
  close(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /** Shows lines, one for each row of the screen. Nothing while the terminal is not taken. */
  draw(lines: readonly StyledLine[]): void {
    if (this.#release === undefined) return;
    const painted = lines.map((line) => {
      const text = paintLine(line, this.#colors);
      return this.#unicode ? text : text.replaceAll(/[─│┬┴≠…]/g, (sign) => ascii[sign]!);
    });
    const clear = this.#drawn.length === 0 ? '\u001b[2J' : '';
    // A line is wiped before it is written: behind its last column there is nothing to wipe to the right of.
    const changed = painted.map((line, at) =>
      line === this.#drawn[at] ? '' : `\u001b[${at + 1};1H\u001b[2K${line}`,
    );
    this.#terminal.write(clear + changed.join(''));
    this.#drawn = painted;
  }

  /** The next key that was pressed; rejects when the signal fires. */
  async key(signal: AbortSignal): Promise<string> {
    for (;;) {
      signal.throwIfAborted();
      const key = this.#keys.shift();
      if (key !== undefined) return key;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          this.#wake = undefined;
          resolve();
        };
        this.#wake = wake;
        signal.addEventListener('abort', wake, { once: true });
      });
    }
  }

  #typed(chunk: Uint8Array): void {
    for (const key of this.#presses.take(chunk)) {
      if (key === 'ctrl-c') this.#onInterrupt();
      else if (key === 'ctrl-l') this.#drawn = [];
      // A key that is held down while something is read must not be worked off for minutes.
      if (this.#keys.length < maxKeysAhead) this.#keys.push(key);
    }
    this.#wake?.();
  }
}

const maxKeysAhead = 100;
