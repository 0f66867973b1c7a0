import { describe, expect, it } from 'vitest';
import { DigestMechanism } from './digest.js';

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
const CHALLENGE =
  'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8';

function mechanism(
  more: { realm?: string; username?: string; authorizationId?: string } = {},
): DigestMechanism {
  const { realm, username = 'chris', authorizationId = '' } = more;
  return new DigestMechanism({
    hash: 'md5',
    nonce: 'OA6MHXh6VqTrRk',
    realm,
    uri: 'imap/elwood.innosoft.com',
    credentials: { username, password: 'secret', authorizationId },
  });
}

describe('DIGEST', () => {
  it('says what RFC 2831 §4 says', () => {
    const digest = mechanism();
    expect(digest.start()).toHaveLength(0);
    const response = text(digest.answer(Buffer.from(CHALLENGE)));
    expect(response).toBe(
      'charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",nc=00000001,' +
        'cnonce="OA6MHXh6VqTrRk",digest-uri="imap/elwood.innosoft.com",response=d388dad90d4bbd760a152321f2143af7,qop=auth',
    );
    expect(digest.mayEnd).toBe(false);
    expect(digest.answer(Buffer.from('rspauth=ea40f60335c427b5527b84dbabcdfffd'))).toBeUndefined();
    expect(digest.mayEnd).toBe(true);
  });

  it('refuses a server that cannot prove itself', () => {
    for (const last of ['rspauth=ea40f60335c427b5527b84dbabcdfff0', 'rspauth=', 'nothing=1']) {
      const digest = mechanism();
      digest.answer(Buffer.from(CHALLENGE));
      expect(() => digest.answer(Buffer.from(last))).toThrow(/rspauth/);
      expect(digest.mayEnd).toBe(false);
    }
  });

  it('takes the realm that it is told, else the first one', () => {
    const challenge = Buffer.from('realm="one", realm="t\\"wo" ,nonce="n"');
    expect(text(mechanism().answer(challenge))).toContain('realm="one"');
    expect(text(mechanism({ realm: 't"wo' }).answer(challenge))).toContain('realm="t\\"wo"');
    expect(text(mechanism().answer(Buffer.from('nonce="n"')))).not.toContain('realm');
  });

  it('escapes names, and says whom to act as', () => {
    const response = text(
      mechanism({ username: 'a"b\\c', authorizationId: 'x' }).answer(Buffer.from(CHALLENGE)),
    );
    expect(response).toContain('username="a\\"b\\\\c"');
    expect(response).toMatch(/,authzid="x"$/);
  });

  it.each([
    ['realm="r"', /no nonce/],
    ['nonce="n",qop="auth-int,auth-conf"', /auth-int or auth-conf/],
    ['nonce="n', /cannot be read/],
    ['%%%', /cannot be read/],
  ])('refuses %j', (challenge, message) => {
    expect(() => mechanism().answer(Buffer.from(challenge))).toThrow(message);
  });
});
