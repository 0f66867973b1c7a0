import { describe, expect, it } from 'vitest';
import { selectMechanism } from '../sasl/select-mechanism.js';
import { digest, external, oauthBearer, plain, scram } from './auth.js';
import { type HotRodAuthOptions, resolveAuth } from './auth-options.js';

const password = async () => 'secret';
const login = { username: 'app', password };
const ALL = [
  'SCRAM-SHA-1',
  'SCRAM-SHA-512',
  'DIGEST-MD5',
  'DIGEST-SHA-256',
  'PLAIN',
  'OAUTHBEARER',
  'EXTERNAL',
];

describe('a login', () => {
  it.each<[HotRodAuthOptions, HotRodAuthOptions]>([
    [scram(login), { ...login, mechanism: 'SCRAM' }],
    [scram({ ...login, hash: 'SHA-256' }), { ...login, mechanism: 'SCRAM-SHA-256' }],
    [digest(login), { ...login, mechanism: 'DIGEST' }],
    [
      digest({ ...login, hash: 'MD5', realm: 'r', serverName: 's' }),
      { ...login, mechanism: 'DIGEST-MD5', realm: 'r', serverName: 's' },
    ],
    [plain({ ...login, authorizationId: 'x' }), { ...login, authorizationId: 'x', mechanism: 'PLAIN' }],
    [external(), { mechanism: 'EXTERNAL' }],
    [oauthBearer(password), { token: password, mechanism: 'OAUTHBEARER' }],
  ])('%j is made of %j', (made, expected) => {
    expect(made).toEqual(expected);
    expect(() => resolveAuth(made, true)).not.toThrow();
  });

  it.each([
    ['SCRAM', 'SCRAM-SHA-512'],
    ['DIGEST', 'DIGEST-SHA-256'],
    ['SCRAM-SHA-1', 'SCRAM-SHA-1'],
  ] as const)('by %s takes %s of what the server offers', (wanted, taken) => {
    expect(selectMechanism({ offered: ALL, wanted, has: 'password', mayShowSecrets: false })).toBe(taken);
  });

  it('by a family that the server has nothing of fails', () => {
    const only = { offered: ['PLAIN'], has: 'password', mayShowSecrets: true } as const;
    expect(() => selectMechanism({ ...only, wanted: 'SCRAM' })).toThrow(
      /does not offer SCRAM; it offers PLAIN/,
    );
  });
});
