import {
  isSaslFamily,
  SASL_MECHANISMS,
  SaslError,
  type SaslFamily,
  type SaslMechanismName,
} from './sasl-mechanism.js';

/** What decides which mechanism is used. */
export interface SelectMechanismInput {
  /** What the server offers. */
  readonly offered: readonly string[];
  /** The one that the user wants, or the strongest of a family; undefined: the strongest of all. */
  readonly wanted: SaslMechanismName | SaslFamily | undefined;
  /** What the user has to show. */
  readonly has: 'password' | 'token' | 'certificate';
  /** Whether the connection is encrypted, or the user does not mind. */
  readonly mayShowSecrets: boolean;
}

/** Those that hand the secret itself to the server. */
const SHOWS_SECRET: ReadonlySet<SaslMechanismName> = new Set(['PLAIN', 'OAUTHBEARER']);

/** The strongest mechanism that both sides have; throws a SaslError that says what is in the way. */
export function selectMechanism(input: SelectMechanismInput): SaslMechanismName {
  const { offered, wanted, has, mayShowSecrets } = input;
  if (offered.length === 0) {
    throw new SaslError('the server asks nobody to log in; leave the credentials out');
  }
  const list = offered.join(', ');
  if (wanted !== undefined) {
    const best = SASL_MECHANISMS.find((name) => isWanted(name, wanted) && offered.includes(name));
    if (best !== undefined) return best;
    throw new SaslError(`the server does not offer ${wanted}; it offers ${list}`);
  }
  const fitting = SASL_MECHANISMS.filter((name) => shows(name) === has && offered.includes(name));
  const safe = fitting.find((name) => mayShowSecrets || !SHOWS_SECRET.has(name));
  if (safe !== undefined) return safe;
  throw new SaslError(
    fitting.length === 0
      ? `the server offers no mechanism for a ${has}; it offers ${list}`
      : `${fitting[0]} would show the ${has} to everybody on the way; use TLS (hotrods://), or name it as sasl_mechanism to allow it`,
  );
}

function shows(name: SaslMechanismName): SelectMechanismInput['has'] {
  return name === 'OAUTHBEARER' ? 'token' : name === 'EXTERNAL' ? 'certificate' : 'password';
}

function isWanted(name: SaslMechanismName, wanted: SaslMechanismName | SaslFamily): boolean {
  return isSaslFamily(wanted) ? name.startsWith(`${wanted}-`) : name === wanted;
}
