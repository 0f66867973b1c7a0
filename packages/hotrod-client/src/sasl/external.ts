import { type SaslCredentials, SaslError, type SaslMechanism } from './sasl-mechanism.js';

/** EXTERNAL (RFC 4422): the server knows the client already, by its TLS certificate. */
export class ExternalMechanism implements SaslMechanism {
  readonly mayEnd = true;
  readonly #authorizationId: string;

  constructor({ authorizationId }: Pick<SaslCredentials, 'authorizationId'>) {
    this.#authorizationId = authorizationId;
  }

  start(): Uint8Array {
    return Buffer.from(this.#authorizationId);
  }

  answer(): never {
    throw new SaslError('the server goes on asking after EXTERNAL has said everything');
  }
}
