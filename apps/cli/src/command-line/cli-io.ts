/** Where a command writes; a part of `process.stdout` and `process.stderr`. */
export interface CliOutput {
  /** `false`: wait for `drained` before writing more. */
  write(chunk: string | Uint8Array): boolean;
  /** Resolves when the reader has caught up. */
  drained(): Promise<void>;
  readonly isTTY: boolean;
  /** Width of the terminal; 80 where there is none. */
  readonly columns: number;
}

/** The terminal that a full-screen command takes over. */
export interface CliTerminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
  /**
   * Hands over what is typed, byte by byte as it comes, nothing echoed and Ctrl-C a byte like others, until the returned
   * function is called: then the terminal is as it was before.
   */
  takeInput(listener: (chunk: Uint8Array) => void): () => void;
  /** Calls back when the window has another size, until the returned function is called. */
  onResize(listener: () => void): () => void;
}

/** All that a command knows of the process around it, so that tests run commands in process. */
export interface CliIo {
  /** Data only. */
  readonly stdout: CliOutput;
  /** Everything else: messages, progress, hints. */
  readonly stderr: CliOutput;
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fires on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Calls back at every SIGHUP until the returned function is called; while nobody listens, SIGHUP stops the command. */
  readonly onHangUp?: (listener: () => void) => () => void;
  /** Absent where stdin or stdout is no terminal. */
  readonly terminal?: CliTerminal;
  /** For the profile of a demo: whether it still runs. */
  readonly pid: number;
}
