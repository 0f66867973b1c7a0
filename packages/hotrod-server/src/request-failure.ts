/** Ends a request with an error response; the connection stays open and in step. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure';

  constructor(
    /** Status byte, 0x84 to 0x88. */
    readonly status: number,
    /** What the caller gets to read. Clients of Infinispan look for class names in it, so it begins with one. */
    message: string,
    /** Of the response, where it is not the opcode of errors. */
    readonly opcode?: number,
  ) {
    super(message);
  }
}
