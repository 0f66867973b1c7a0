/** How large a batch was: its entries, and the bytes of their values. */
export interface BatchSize {
  readonly entries: number;
  readonly bytes: number;
}
