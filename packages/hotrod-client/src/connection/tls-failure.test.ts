import { expect, it } from 'vitest';
import { tlsFailureOf } from './tls-failure.js';

it.each([
  ['CERT_HAS_EXPIRED', 'certificate has expired', /has expired/],
  ['CERT_NOT_YET_VALID', 'certificate is not yet valid', /not valid yet/],
  ['CERT_REVOKED', 'certificate revoked', /is refused: certificate revoked/],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', /nobody who is trusted/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'ssl3_get_record:wrong version number', /does not speak TLS/],
  ['EPROTO', 'ssl/tls alert handshake failure', /handshake failure/],
])('%s is explained', (code, message, explained) => {
  expect(tlsFailureOf(Object.assign(new Error(message), { code }))).toMatch(explained);
});

it.each([new Error('x'), Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), undefined])(
  '%s is something else',
  (cause) => {
    expect(tlsFailureOf(cause)).toBeUndefined();
  },
);
