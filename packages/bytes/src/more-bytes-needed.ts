/**
 * The signal by which a {@link ByteReader} says that a field is not complete yet. It is thrown, because a field may lie
 * deep inside a message, and it is one frozen object without a stack, so that throwing it is cheap. Nothing was consumed
 * of the field (of a byte array: what has arrived is kept). `reader.missing` says how many bytes to wait for.
 */
export class MoreBytesNeeded extends Error {
  override readonly name = 'MoreBytesNeeded';

  private constructor() {
    super('more bytes are needed; push another chunk and read again');
    this.stack = undefined;
  }

  /** The only instance. */
  static readonly signal: MoreBytesNeeded = Object.freeze(new MoreBytesNeeded());
}
