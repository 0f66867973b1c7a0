import { type SaslCredentials, SaslError, type SaslMechanism } from './sasl-mechanism.js';

/** Ends the exchange after the server has refused the token. */
const ACKNOWLEDGE = Uint8Array.of(1);

/** OAUTHBEARER (RFC 7628): a bearer token, so never without TLS. A refusal comes as JSON, which the client acknowledges. */
export class OAuthBearerMechanism implements SaslMechanism {
  readonly #message: string;
  #refusal: string | undefined;

  constructor({ token, authorizationId }: Pick<SaslCredentials, 'token' | 'authorizationId'>) {
    if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
      throw new SaslError('the token is no bearer token: letters, digits and -._~+/ only (RFC 6750)');
    }
    const identity = authorizationId.replaceAll('=', '=3D').replaceAll(',', '=2C');
    this.#message = `n,${identity === '' ? '' : `a=${identity}`},\x01auth=Bearer ${token}\x01\x01`;
  }

  get mayEnd(): boolean {
    return this.#refusal === undefined;
  }

  start(): Uint8Array {
    return Buffer.from(this.#message);
  }

  answer(challenge: Uint8Array): Uint8Array {
    if (this.#refusal !== undefined) {
      throw new SaslError(`the server refuses the token: ${this.#refusal}`);
    }
    this.#refusal = Buffer.from(challenge).toString('utf8');
    return ACKNOWLEDGE;
  }
}
