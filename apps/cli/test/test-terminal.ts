import xterm from '@xterm/headless';
import type { CliTerminal } from '../src/command-line/cli-io.js';

/** A terminal without a window: what is written to it makes a screen, as a real one would show it. */
export class TestTerminal implements CliTerminal {
  readonly #screen: xterm.Terminal;
  readonly #resized = new Set<() => void>();
  #typed: ((chunk: Uint8Array) => void) | undefined;
  #written: (() => void)[] = [];
  columns: number;
  rows: number;

  constructor(columns = 80, rows = 24) {
    this.columns = columns;
    this.rows = rows;
    this.#screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  }

  /** Whether somebody reads keys as they are pressed. */
  get isTaken(): boolean {
    return this.#typed !== undefined;
  }

  /** `alternate` while a program has the screen to itself. */
  get buffer(): 'normal' | 'alternate' {
    return this.#screen.buffer.active.type;
  }

  write(text: string): void {
    this.#screen.write(text, () => {
      const waiting = this.#written;
      this.#written = [];
      for (const wake of waiting) wake();
    });
  }

  takeInput(listener: (chunk: Uint8Array) => void): () => void {
    this.#typed = listener;
    return () => {
      this.#typed = undefined;
    };
  }

  onResize(listener: () => void): () => void {
    this.#resized.add(listener);
    return () => this.#resized.delete(listener);
  }

  /** As if somebody typed it. */
  type(text: string): void {
    this.#typed?.(new TextEncoder().encode(text));
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.columns = columns;
    this.rows = rows;
    for (const listener of this.#resized) listener();
  }

  /** The lines of the screen, without spaces at their ends. */
  get lines(): string[] {
    const { active } = this.#screen.buffer;
    return Array.from({ length: this.rows }, (_, row) =>
      (active.getLine(active.viewportY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  }

  get text(): string {
    return this.lines.join('\n');
  }

  /** The text in columns `from` to `to` of a row, by columns: a wide character takes two. */
  cells(row: number, from: number, to: number): string {
    return this.#screen.buffer.active.getLine(row)?.translateToString(false, from, to) ?? '';
  }

  /** Whether a character has colours of its own. */
  isColored(row: number, column: number): boolean {
    const cell = this.#screen.buffer.active.getLine(row)?.getCell(column);
    return cell !== undefined && !cell.isFgDefault();
  }

  /** The screen once it shows that. */
  async shows(wanted: string | RegExp): Promise<string> {
    for (;;) {
      const { text } = this;
      if (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)) return text;
      await new Promise<void>((wake) => this.#written.push(wake));
    }
  }
}
