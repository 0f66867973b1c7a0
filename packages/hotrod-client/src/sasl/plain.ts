import { type SaslCredentials, SaslError, type SaslMechanism } from './sasl-mechanism.js';

/** PLAIN (RFC 4616): the password itself, so never without TLS. */
export class PlainMechanism implements SaslMechanism {
  readonly mayEnd = true;
  readonly #message: string;

  constructor({ authorizationId, username, password }: Omit<SaslCredentials, 'token'>) {
    this.#message = `${authorizationId}\0${username}\0${password}`;
    if (this.#message.split('\0').length !== 3) {
      throw new SaslError('a NUL character cannot be in a user name or password of PLAIN');
    }
  }

  start(): Uint8Array {
    return Buffer.from(this.#message);
  }

  answer(): never {
    throw new SaslError('the server goes on asking after PLAIN has said everything');
  }
}
