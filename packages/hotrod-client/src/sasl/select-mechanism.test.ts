import { describe, expect, it } from 'vitest';
import { type SelectMechanismInput, selectMechanism } from './select-mechanism.js';

const OFFERED = 'GSSAPI PLAIN DIGEST-MD5 CRAM-MD5 SCRAM-SHA-1 DIGEST-SHA-512 SCRAM-SHA-256'.split(' ');

function select(more: Partial<SelectMechanismInput>): string {
  return selectMechanism({
    offered: OFFERED,
    wanted: undefined,
    has: 'password',
    mayShowSecrets: false,
    ...more,
  });
}

describe('the choice of a mechanism', () => {
  it('is the strongest that both have', () => {
    expect(select({})).toBe('SCRAM-SHA-256');
    expect(select({ offered: ['DIGEST-MD5', 'DIGEST-SHA-512', 'PLAIN'] })).toBe('DIGEST-SHA-512');
    expect(select({ offered: ['PLAIN', 'DIGEST-MD5'], mayShowSecrets: true })).toBe('DIGEST-MD5');
    expect(select({ offered: ['PLAIN'], mayShowSecrets: true })).toBe('PLAIN');
  });

  it('fits what the user has', () => {
    const offered = [...OFFERED, 'EXTERNAL', 'OAUTHBEARER'];
    expect(select({ offered, has: 'certificate' })).toBe('EXTERNAL');
    expect(select({ offered, has: 'token', mayShowSecrets: true })).toBe('OAUTHBEARER');
    expect(() => select({ has: 'token' })).toThrow(/no mechanism for a token; it offers GSSAPI/);
  });

  it('is the one that the user wants, or none', () => {
    expect(select({ wanted: 'SCRAM-SHA-1' })).toBe('SCRAM-SHA-1');
    expect(select({ wanted: 'PLAIN' })).toBe('PLAIN');
    expect(() => select({ wanted: 'SCRAM-SHA-512' })).toThrow(/does not offer SCRAM-SHA-512; it offers/);
  });

  it('never shows a secret unasked', () => {
    expect(() => select({ offered: ['PLAIN'] })).toThrow(/would show the password.*TLS/);
    expect(() => select({ offered: ['OAUTHBEARER'], has: 'token' })).toThrow(/would show the token/);
  });

  it('is none where nobody is asked', () => {
    expect(() => select({ offered: [] })).toThrow(/asks nobody to log in/);
  });
});
