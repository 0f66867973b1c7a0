import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { Status } from '@kvtwin/hotrod-protocol';
import { RequestFailure } from './request-failure.js';

/** The least that RFC 7677 allows: users of a test server must not wait. */
const iterations = 4096;
const hash = 'sha256';
const hashBytes = 32;

/** The server's part of one SCRAM-SHA-256 exchange (RFC 5802, RFC 7677), without channel binding. */
export class ScramExchange {
  readonly user: string;
  /** The first message: `r=…,s=…,i=…`. */
  readonly challenge: Uint8Array;
  readonly #salted: Buffer;
  readonly #nonce: string;
  readonly #clientFirstBare: string;
  readonly #gs2Header: string;

  /** Reads `n,,n=user,r=nonce`. */
  constructor(clientFirst: Uint8Array, users: ReadonlyMap<string, string>) {
    const match = /^([ny],[^,]*,)(n=([^,]*),r=([^,]+))$/.exec(Buffer.from(clientFirst).toString('utf8'));
    if (match === null) {
      throw malformed();
    }
    const [, gs2Header = '', bare = '', name = '', clientNonce = ''] = match;
    this.user = name.replaceAll('=2C', ',').replaceAll('=3D', '=');
    const password = users.get(this.user);
    if (password === undefined) {
      throw new RequestFailure(
        Status.REQUEST_PARSING_ERROR,
        `javax.security.sasl.SaslException: ELY05161: Unable to retrieve password for "${this.user}"`,
      );
    }
    const salt = randomBytes(12);
    this.#salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, hashBytes, hash);
    this.#nonce = clientNonce + randomBytes(18).toString('base64');
    this.#clientFirstBare = bare;
    this.#gs2Header = gs2Header;
    this.challenge = Buffer.from(`r=${this.#nonce},s=${salt.toString('base64')},i=${iterations}`);
  }

  /** Checks `c=…,r=…,p=proof`; returns the server's signature, `v=…`. */
  finish(clientFinal: Uint8Array): Uint8Array {
    const text = Buffer.from(clientFinal).toString('utf8');
    const match = /^(c=([^,]+),r=([^,]+)),p=([^,]+)$/.exec(text);
    if (match === null) {
      throw malformed();
    }
    const [, withoutProof = '', binding = '', nonce = '', proof = ''] = match;
    const message = `${this.#clientFirstBare},${Buffer.from(this.challenge).toString('utf8')},${withoutProof}`;
    const clientKey = hmac(this.#salted, 'Client Key');
    const storedKey = createHash(hash).update(clientKey).digest();
    const signature = hmac(storedKey, message);
    const expected = clientKey.map((byte, index) => byte ^ signature[index]!);
    const given = Buffer.from(proof, 'base64');
    const bound = Buffer.from(binding, 'base64').toString('utf8') === this.#gs2Header;
    const proven = given.length === expected.length && timingSafeEqual(given, expected);
    if (!bound || nonce !== this.#nonce || !proven) {
      throw new RequestFailure(
        Status.SERVER_ERROR,
        'java.lang.SecurityException: ISPN006024: Invalid credentials\n' +
          'javax.security.sasl.SaslException: ELY05055: Authentication rejected (invalid proof)',
      );
    }
    return Buffer.from(`v=${hmac(hmac(this.#salted, 'Server Key'), message).toString('base64')}`);
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac(hash, key).update(text).digest();
}

function malformed(): RequestFailure {
  return new RequestFailure(
    Status.REQUEST_PARSING_ERROR,
    'javax.security.sasl.SaslException: ELY05007: Invalid authentication mechanism negotiation message received',
  );
}
