/** A part of the page. */
export interface Section {
  /** What `--only` takes. */
  readonly name: string;
  /** Measures, and resolves with its Markdown. */
  run(context: SectionContext): Promise<string>;
}

/** What a section is given. */
export interface SectionContext {
  /** Fewer and shorter rounds: for a look, not for the page. */
  readonly quick: boolean;
  /** Tells the reader in front of the screen what happens. */
  readonly log: (line: string) => void;
}
