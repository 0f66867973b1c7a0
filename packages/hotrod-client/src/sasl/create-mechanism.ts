import { randomBytes } from 'node:crypto';
import { DIGEST_HASHES, DigestMechanism } from './digest.js';
import { ExternalMechanism } from './external.js';
import { OAuthBearerMechanism } from './oauth-bearer.js';
import { PlainMechanism } from './plain.js';
import type { SaslCredentials, SaslMechanism, SaslMechanismName } from './sasl-mechanism.js';
import { SCRAM_HASHES, ScramMechanism } from './scram.js';

/** What mechanisms need beside credentials. */
export interface SaslContext {
  readonly credentials: SaslCredentials;
  readonly realm: string | undefined;
  /** The name that the server gives itself in its SASL settings. */
  readonly serverName: string;
}

const NONCE_BYTES = 24;

/** A fresh exchange. Throws a SaslError where the credentials cannot be said in it. */
export function createMechanism(name: SaslMechanismName, context: SaslContext): SaslMechanism {
  const { credentials, realm, serverName } = context;
  switch (name) {
    case 'SCRAM-SHA-1':
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-384':
    case 'SCRAM-SHA-512':
      return new ScramMechanism({ hash: SCRAM_HASHES[name], credentials, nonce: freshNonce() });
    case 'DIGEST-MD5':
    case 'DIGEST-SHA':
    case 'DIGEST-SHA-256':
    case 'DIGEST-SHA-384':
    case 'DIGEST-SHA-512': {
      const uri = `hotrod/${serverName}`;
      return new DigestMechanism({ hash: DIGEST_HASHES[name], credentials, nonce: freshNonce(), realm, uri });
    }
    case 'PLAIN':
      return new PlainMechanism(credentials);
    case 'EXTERNAL':
      return new ExternalMechanism(credentials);
    case 'OAUTHBEARER':
      return new OAuthBearerMechanism(credentials);
  }
}

function freshNonce(): string {
  return randomBytes(NONCE_BYTES).toString('base64');
}
