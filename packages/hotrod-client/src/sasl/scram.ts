import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type SaslCredentials, SaslError, type SaslMechanism } from './sasl-mechanism.js';
import { saslPrep } from './sasl-prep.js';

/** Hash of each SCRAM mechanism, as node:crypto names it. */
export const SCRAM_HASHES = {
  'SCRAM-SHA-1': 'sha1',
  'SCRAM-SHA-256': 'sha256',
  'SCRAM-SHA-384': 'sha384',
  'SCRAM-SHA-512': 'sha512',
} as const;

/** The least that RFC 5802 and RFC 7677 allow: fewer would make the password easy to guess from the exchange. */
const MIN_ITERATIONS = 4_096;
/** A server may not make its clients calculate for ever; about a second of one core. */
const MAX_ITERATIONS = 2_000_000;

const derive = promisify(pbkdf2);

/** What a SCRAM exchange takes from outside. */
export interface ScramInput {
  readonly hash: (typeof SCRAM_HASHES)[keyof typeof SCRAM_HASHES];
  readonly credentials: Pick<SaslCredentials, 'username' | 'password' | 'authorizationId'>;
  /** Printable and without commas; never the same twice. */
  readonly nonce: string;
}

/**
 * SCRAM without channel binding (RFC 5802, RFC 7677): the password never leaves, and the server proves that it knows it too.
 *
 * ```
 *   → n,,n=user,r=nonce          ← r=nonce+more,s=salt,i=iterations
 *   → c=biws,r=nonce+more,p=…    ← v=signature
 * ```
 */
export class ScramMechanism implements SaslMechanism {
  readonly #input: ScramInput;
  readonly #gs2Header: string;
  readonly #clientFirstBare: string;
  #signature: Buffer | undefined;
  #verified = false;

  constructor(input: ScramInput) {
    const { username, authorizationId } = input.credentials;
    this.#input = input;
    this.#gs2Header = authorizationId === '' ? 'n,,' : `n,a=${nameOf(authorizationId)},`;
    this.#clientFirstBare = `n=${nameOf(username)},r=${input.nonce}`;
  }

  get mayEnd(): boolean {
    return this.#verified;
  }

  start(): Uint8Array {
    return Buffer.from(this.#gs2Header + this.#clientFirstBare);
  }

  answer(challenge: Uint8Array): Promise<Uint8Array> | undefined {
    const text = Buffer.from(challenge).toString('utf8');
    if (this.#signature === undefined) return this.#prove(text);
    this.#verify(text, this.#signature);
    return undefined;
  }

  async #prove(serverFirst: string): Promise<Uint8Array> {
    const { hash, credentials } = this.#input;
    const { nonce, salt, iterations } = this.#readFirst(serverFirst);
    const length = createHash(hash).digest().length;
    const password = saslPrep(credentials.password, 'password');
    const salted = await derive(password, salt, iterations, length, hash);
    const binding = Buffer.from(this.#gs2Header).toString('base64');
    const withoutProof = `c=${binding},r=${nonce}`;
    const message = `${this.#clientFirstBare},${serverFirst},${withoutProof}`;
    const clientKey = this.#hmac(salted, 'Client Key');
    const clientSignature = this.#hmac(createHash(hash).update(clientKey).digest(), message);
    this.#signature = this.#hmac(this.#hmac(salted, 'Server Key'), message);
    for (let index = 0; index < length; index++) {
      clientKey[index] = (clientKey[index] as number) ^ (clientSignature[index] as number);
    }
    return Buffer.from(`${withoutProof},p=${clientKey.toString('base64')}`);
  }

  #readFirst(text: string): { nonce: string; salt: Buffer; iterations: number } {
    const match = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=(\d{1,10})(?:,.*)?$/.exec(text);
    if (match === null) throw new SaslError("the server's first SCRAM message cannot be read");
    const [, nonce = '', salt = '', count = ''] = match;
    if (!nonce.startsWith(this.#input.nonce) || nonce.length === this.#input.nonce.length) {
      throw new SaslError("the server's SCRAM nonce does not go on from the client's");
    }
    const iterations = Number(count);
    if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
      throw new SaslError(
        `the server asks for ${iterations} SCRAM iterations; ${MIN_ITERATIONS} to ${MAX_ITERATIONS} are done`,
      );
    }
    return { nonce, salt: Buffer.from(salt, 'base64'), iterations };
  }

  #verify(text: string, expected: Buffer): void {
    const refused = /^e=([^,]*)/.exec(text);
    if (refused !== null) throw new SaslError(`the server ends the SCRAM exchange: ${refused[1]}`);
    const given = Buffer.from(/^v=([^,]+)/.exec(text)?.[1] ?? '', 'base64');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new SaslError("the server's SCRAM signature is wrong: it does not know the password");
    }
    this.#verified = true;
  }

  #hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.#input.hash, key).update(text).digest();
  }
}

function nameOf(text: string): string {
  return saslPrep(text, 'user name').replaceAll('=', '=3D').replaceAll(',', '=2C');
}
