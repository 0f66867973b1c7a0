import { type SaslCredentials, SaslError, type SaslMechanism } from './sasl-mechanism.js';

/** Ends the exchange after the server has refused the token. */
const ACKNOWLEDGE = Uint8Array.of(1);

/**
 * OAUTHBEARER (RFC 7628): a bearer token, so never without TLS. A refusal comes as JSON, which the client acknowledges;
 * success as an empty word.
 *
 * Infinispan (Elytron 2.7) looks for the token between two of the four characters `%x01`, as the RFC's grammar writes the
 * separator, instead of the byte 1 that they mean. So the token is said in both ways, the second one as the value of a further
 * key, which servers that follow the RFC ignore. (Elytron also cuts a token off at its first `=`.)
 */
export class OAuthBearerMechanism implements SaslMechanism {
  readonly #message: string;
  #refusal: string | undefined;

  constructor({ token, authorizationId }: Pick<SaslCredentials, 'token' | 'authorizationId'>) {
    if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
      throw new SaslError('the token is no bearer token: letters, digits and -._~+/ only (RFC 6750)');
    }
    const identity = authorizationId.replaceAll('=', '=3D').replaceAll(',', '=2C');
    const auth = `auth=Bearer ${token}`;
    this.#message = `n,${identity === '' ? '' : `a=${identity}`},\x01${auth}\x01elytron=%x01${auth}%x01\x01\x01`;
  }

  get mayEnd(): boolean {
    return this.#refusal === undefined;
  }

  start(): Uint8Array {
    return Buffer.from(this.#message);
  }

  answer(challenge: Uint8Array): Uint8Array | undefined {
    if (this.#refusal !== undefined) {
      throw new SaslError(`the server refuses the token: ${this.#refusal}`);
    }
    if (challenge.length === 0) return undefined;
    this.#refusal = Buffer.from(challenge).toString('utf8');
    return ACKNOWLEDGE;
  }
}
