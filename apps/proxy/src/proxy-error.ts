/**
 * Why a proxy does not start. Match on `code`:
 * - `PROXY_UNKNOWN_BACKEND`: the URL's scheme is none of `memory:`, `hotrod:`, `hotrods:`, `hustdb:`, `hustdb+ha:`.
 * - `PROXY_INVALID_BACKEND`: the URL is malformed, or names a pair where one side is due (or the other way round).
 * - `PROXY_INVALID_OPTIONS`: an option is out of its range, or two options exclude each other.
 * - `PROXY_INVALID_TABLE`: the table file cannot be read, or is none that a HustDB HA would start by.
 * - `PROXY_VERSIONS_NOT_COMPARABLE`: policy `counter` over a store whose versions are opaque.
 * - `PROXY_PORT_IN_USE`: another process listens on that address.
 * - `PROXY_LISTEN_FAILED`: the address cannot be listened on for another reason (`cause`).
 */
export type ProxyErrorCode =
  | 'PROXY_UNKNOWN_BACKEND'
  | 'PROXY_INVALID_BACKEND'
  | 'PROXY_INVALID_OPTIONS'
  | 'PROXY_INVALID_TABLE'
  | 'PROXY_VERSIONS_NOT_COMPARABLE'
  | 'PROXY_PORT_IN_USE'
  | 'PROXY_LISTEN_FAILED';

const brand = Symbol.for('@kvtwin/proxy/ProxyError');

/** The one error type that this package throws; what a store throws while it is opened comes through as it is. */
export class ProxyError extends Error {
  readonly code: ProxyErrorCode;

  constructor(code: ProxyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProxyError';
    this.code = code;
    Object.defineProperty(this, brand, { value: true, enumerable: false });
  }

  /** Recognises a ProxyError, also one made by another copy of this package. */
  static is(value: unknown): value is ProxyError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
  }
}
