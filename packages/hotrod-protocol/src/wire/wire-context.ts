/** What decides the layout of a field beside the bytes themselves. */
export interface WireContext {
  /** The version byte of the request, 20 to 41. */
  readonly version: number;
  /** The request's client intelligence. */
  readonly intelligence: number;
  /** Before 2.4 only: the iteration's filter makes projections, so that batches carry their count. */
  readonly projections: boolean;
}
