import { createHash, timingSafeEqual } from 'node:crypto';
import { type SaslCredentials, SaslError, type SaslMechanism } from './sasl-mechanism.js';

/** Hash of each DIGEST mechanism, as node:crypto names it. */
export const DIGEST_HASHES = {
  'DIGEST-MD5': 'md5',
  'DIGEST-SHA': 'sha1',
  'DIGEST-SHA-256': 'sha256',
  'DIGEST-SHA-384': 'sha384',
  'DIGEST-SHA-512': 'sha512',
} as const;

/** What a DIGEST exchange takes from outside. */
export interface DigestInput {
  readonly hash: (typeof DIGEST_HASHES)[keyof typeof DIGEST_HASHES];
  readonly credentials: Pick<SaslCredentials, 'username' | 'password' | 'authorizationId'>;
  /** Never the same twice. */
  readonly nonce: string;
  /** Undefined: the first one that the server names. */
  readonly realm: string | undefined;
  /** `hotrod/` and the server's name. */
  readonly uri: string;
}

/** The only protection of messages that is done: none. The login itself is protected all the same. */
const QOP = 'auth';
const NONCE_COUNT = '00000001';

/** DIGEST-MD5 (RFC 2831), and the same with the SHA family as Infinispan has it; quality of protection `auth`. */
export class DigestMechanism implements SaslMechanism {
  readonly #input: DigestInput;
  #expected: string | undefined;
  #verified = false;

  constructor(input: DigestInput) {
    this.#input = input;
  }

  get mayEnd(): boolean {
    return this.#verified;
  }

  start(): Uint8Array {
    return new Uint8Array();
  }

  answer(challenge: Uint8Array): Uint8Array | undefined {
    const fields = readFields(Buffer.from(challenge).toString('utf8'));
    if (this.#expected === undefined) return this.#respond(fields);
    const given = Buffer.from(fields.get('rspauth')?.[0] ?? '');
    const expected = Buffer.from(this.#expected);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new SaslError("the server's proof (rspauth) is wrong: it does not know the password");
    }
    this.#verified = true;
    return undefined;
  }

  #respond(fields: ReadonlyMap<string, readonly string[]>): Uint8Array {
    const { credentials, nonce: cnonce, uri } = this.#input;
    const nonce = fields.get('nonce')?.[0];
    if (nonce === undefined) throw new SaslError("the server's DIGEST challenge has no nonce");
    const offered = fields
      .get('qop')
      ?.join(',')
      .split(/[\s,]+/) ?? [QOP];
    if (!offered.includes(QOP)) {
      throw new SaslError(
        `the server insists on the protection ${offered.join(' or ')}; only ${QOP} is done`,
      );
    }
    const { realm = fields.get('realm')?.[0] } = this.#input;
    const { username, password, authorizationId } = credentials;
    const identity = this.#digest(`${username}:${realm ?? ''}:${password}`);
    const authorized = authorizationId === '' ? '' : `:${authorizationId}`;
    const secret = this.#hex(identity, `:${nonce}:${cnonce}${authorized}`);
    const proof = (what: string): string =>
      this.#hex(`${secret}:${nonce}:${NONCE_COUNT}:${cnonce}:${QOP}:${this.#hex(`${what}:${uri}`)}`);
    this.#expected = proof('');
    return Buffer.from(
      [
        'charset=utf-8',
        `username=${quoted(username)}`,
        ...(realm === undefined ? [] : [`realm=${quoted(realm)}`]),
        `nonce=${quoted(nonce)}`,
        `nc=${NONCE_COUNT}`,
        `cnonce=${quoted(cnonce)}`,
        `digest-uri=${quoted(uri)}`,
        `response=${proof('AUTHENTICATE')}`,
        `qop=${QOP}`,
        ...(authorizationId === '' ? [] : [`authzid=${quoted(authorizationId)}`]),
      ].join(','),
    );
  }

  #digest(text: string): Buffer {
    return createHash(this.#input.hash).update(text).digest();
  }

  #hex(...parts: (string | Buffer)[]): string {
    const hash = createHash(this.#input.hash);
    for (const part of parts) hash.update(part);
    return hash.digest('hex');
  }
}

/** `name=value` and `name="value"` by commas; a name may come several times. */
function readFields(text: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  const field = /[\s,]*([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))[\s]*(?=,|$)/suy;
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (match === null) throw new SaslError("the server's DIGEST message cannot be read");
    const [, name = '', inQuotes, bare = ''] = match;
    const value = inQuotes?.replace(/\\(.)/gsu, '$1') ?? bare;
    fields.set(name.toLowerCase(), [...(fields.get(name.toLowerCase()) ?? []), value]);
  }
  return fields;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
