/** Turns what the application holds into the bytes that a cache holds, and back. */
export interface Codec<T> {
  /**
   * What the bytes are, told to the server (protocol 2.8 on) so that it converts where the cache stores another type.
   * `storage`: the bytes as the cache stores them, without any conversion.
   */
  readonly mediaType: 'storage' | (string & {});
  /** Whether `encode` takes null. Default false: the client refuses it before. Undefined is no value of any codec. */
  readonly holdsNull?: boolean;
  /** The result belongs to the client until the call is settled; it must not be changed meanwhile. */
  encode(value: T): Uint8Array;
  /** `bytes` belongs to the caller. */
  decode(bytes: Uint8Array): T;
}
