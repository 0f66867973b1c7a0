/**
 * Why a node cannot keep or serve its data. Match on `code`:
 * - `HUSTDB_NODE_DATA`: the data directory does not hold a node's data, or data of a later release.
 * - `HUSTDB_NODE_OPTIONS`: options that exclude each other.
 */
export type HustDbNodeErrorCode = 'HUSTDB_NODE_DATA' | 'HUSTDB_NODE_OPTIONS';

const brand = Symbol.for('@kvtwin/hustdb-node/HustDbNodeError');

/** The error type of this package. What the journal or the operating system reports comes through as it is. */
export class HustDbNodeError extends Error {
  readonly code: HustDbNodeErrorCode;

  constructor(code: HustDbNodeErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'HustDbNodeError';
    this.code = code;
    Object.defineProperty(this, brand, { value: true, enumerable: false });
  }

  /** Recognises a HustDbNodeError, also one made by another copy of this package. */
  static is(value: unknown): value is HustDbNodeError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
  }
}
