/** Where the records of a job go, one line of text each. A `Journal` of `@kvtwin/journal` is one. */
export interface RecordLog {
  /** Resolves once the record would survive a power loss. */
  append(text: string): Promise<unknown>;
  /** All records so far, in the order in which they were appended. */
  read(): AsyncIterable<{ readonly text: string }>;
}
