/** The mechanisms that this client has, the strongest first; those of one line are told apart only by taste. */
export const SASL_MECHANISMS = [
  'SCRAM-SHA-512',
  'SCRAM-SHA-384',
  'SCRAM-SHA-256',
  'SCRAM-SHA-1',
  'DIGEST-SHA-512',
  'DIGEST-SHA-384',
  'DIGEST-SHA-256',
  'DIGEST-SHA',
  'DIGEST-MD5',
  'PLAIN',
  'OAUTHBEARER',
  'EXTERNAL',
] as const;

/** Registered name of a mechanism. */
export type SaslMechanismName = (typeof SASL_MECHANISMS)[number];

/** Mechanisms that differ in their hash function only. */
export type SaslFamily = 'SCRAM' | 'DIGEST';

/** Whether it is the name of a family. */
export function isSaslFamily(name: string): name is SaslFamily {
  return name === 'SCRAM' || name === 'DIGEST';
}

/** The client's side of one exchange; used once. What it throws is a {@link SaslError}. */
export interface SaslMechanism {
  /** What the client says first; empty where the server begins. */
  start(): Uint8Array;
  /** Answers the server's word; undefined where that was its last one, and right. */
  answer(challenge: Uint8Array): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Whether the server may end the exchange now: it has proven that it knows the password too, or never has to. */
  readonly mayEnd: boolean;
}

/** Who logs in. */
export interface SaslCredentials {
  readonly username: string;
  readonly password: string;
  readonly token: string;
  /** Whom to act as; empty: oneself. */
  readonly authorizationId: string;
}

/** The exchange cannot go on: the server's word makes no sense, or its proof is wrong. Never contains secrets. */
export class SaslError extends Error {
  override readonly name = 'SaslError';
}
