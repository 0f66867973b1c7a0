/**
 * Why the server could not do what it was asked. Match on `code`:
 * - `HOTROD_SERVER_INVALID_OPTION`: an option of `listen` is outside its range; nothing was opened.
 * - `HOTROD_SERVER_LISTEN`: the address could not be bound (in use, not ours, no right); the cause tells.
 * - `HOTROD_SERVER_NO_SUCH_CACHE`: `server.cache(name)` for a name that `listen` was not given.
 * - `HOTROD_SERVER_NO_SUCH_NODE`: an index that no node of the cluster has.
 * - `HOTROD_SERVER_CACHE_FULL`: the write would exceed the cache's `maxEntries` or `maxBytes`; nothing was stored.
 */
export type HotRodServerErrorCode =
  | 'HOTROD_SERVER_INVALID_OPTION'
  | 'HOTROD_SERVER_LISTEN'
  | 'HOTROD_SERVER_NO_SUCH_CACHE'
  | 'HOTROD_SERVER_NO_SUCH_NODE'
  | 'HOTROD_SERVER_CACHE_FULL';

const brand = Symbol.for('@kvtwin/hotrod-server/HotRodServerError');

/** The error type that this package throws. What a remote caller does wrong is answered to that caller instead. */
export class HotRodServerError extends Error {
  readonly code: HotRodServerErrorCode;

  constructor(code: HotRodServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HotRodServerError';
    this.code = code;
    Object.defineProperty(this, brand, { value: true, enumerable: false });
  }

  /** Recognises a HotRodServerError, also one made by another copy of this package. */
  static is(value: unknown): value is HotRodServerError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
  }
}
