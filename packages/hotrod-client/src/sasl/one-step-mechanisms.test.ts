import { describe, expect, it } from 'vitest';
import { ExternalMechanism } from './external.js';
import { OAuthBearerMechanism } from './oauth-bearer.js';
import { PlainMechanism } from './plain.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

describe('mechanisms that say all at once', () => {
  it('PLAIN', () => {
    const plain = new PlainMechanism({ username: 'ü', password: 'p:w', authorizationId: '' });
    expect(text(plain.start())).toBe('\0ü\0p:w');
    expect(plain.mayEnd).toBe(true);
    expect(() => plain.answer()).toThrow(/goes on asking/);
    expect(() => new PlainMechanism({ username: 'a\0b', password: '', authorizationId: '' })).toThrow(/NUL/);
  });

  it('EXTERNAL', () => {
    expect(text(new ExternalMechanism({ authorizationId: '' }).start())).toBe('');
    const external = new ExternalMechanism({ authorizationId: 'me' });
    expect(text(external.start())).toBe('me');
    expect(external.mayEnd).toBe(true);
    expect(() => external.answer()).toThrow(/goes on asking/);
  });

  it('OAUTHBEARER', () => {
    const bearer = new OAuthBearerMechanism({ token: 'ey.J-~+/=', authorizationId: '' });
    expect(text(bearer.start())).toBe(
      'n,,\x01auth=Bearer ey.J-~+/=\x01elytron=%x01auth=Bearer ey.J-~+/=%x01\x01\x01',
    );
    expect(bearer.mayEnd).toBe(true);
    expect(bearer.answer(new Uint8Array())).toBeUndefined();
    expect(text(new OAuthBearerMechanism({ token: 't', authorizationId: 'a,b' }).start())).toBe(
      'n,a=a=2Cb,\x01auth=Bearer t\x01elytron=%x01auth=Bearer t%x01\x01\x01',
    );
  });

  it('OAUTHBEARER acknowledges a refusal once', () => {
    const bearer = new OAuthBearerMechanism({ token: 't', authorizationId: '' });
    const refusal = Buffer.from('{"status":"invalid_token"}');
    expect(bearer.answer(refusal)).toEqual(Uint8Array.of(1));
    expect(bearer.mayEnd).toBe(false);
    expect(() => bearer.answer(refusal)).toThrow(/invalid_token/);
  });

  it.each(['', 'a b', 'a\x01b', 'ü', '=a'])('%j is no bearer token', (token) => {
    expect(() => new OAuthBearerMechanism({ token, authorizationId: '' })).toThrow(/bearer token/);
  });
});
