import { HotRodError } from '../hotrod-error.js';
import {
  isSaslFamily,
  SASL_MECHANISMS,
  type SaslFamily,
  type SaslMechanismName,
} from '../sasl/sasl-mechanism.js';

/** A text, or what fetches it: asked anew for each login, so that it may change. */
export type Secret = string | (() => string | Promise<string>);

/**
 * Who logs in: a user with a password, or a token, or (nothing of that, over TLS) the client's certificate. Every new
 * connection logs in before anything else is sent on it.
 */
export interface HotRodAuthOptions {
  /** Goes with a password. */
  readonly username?: Secret;
  /** Goes with a user name. */
  readonly password?: Secret;
  /** Bearer token, for OAUTHBEARER. */
  readonly token?: Secret;
  /**
   * SASL mechanism, or `SCRAM` or `DIGEST` for the strongest of those that the server offers. Default: the strongest of all
   * that the credentials fit.
   */
  readonly mechanism?: SaslMechanismName | SaslFamily;
  /** Realm for DIGEST. Default: the one that the server names first. */
  readonly realm?: string;
  /** The server's name in its SASL settings (`server-name`), for DIGEST. Default `infinispan`. */
  readonly serverName?: string;
  /** User to act as. Default: the one who logs in. */
  readonly authorizationId?: string;
  /**
   * Whether PLAIN and OAUTHBEARER may be chosen without TLS, where everybody on the way can read the password or token.
   * Default false. Naming one of them as `mechanism` allows it as well.
   */
  readonly allowClearText?: boolean;
}

/** Options of the login with defaults filled in. */
export interface ResolvedAuth {
  /** What the user has to show. */
  readonly has: 'password' | 'token' | 'certificate';
  readonly username: Secret;
  readonly password: Secret;
  readonly token: Secret;
  readonly mechanism: SaslMechanismName | SaslFamily | undefined;
  readonly realm: string | undefined;
  readonly serverName: string;
  readonly authorizationId: string;
  readonly allowClearText: boolean;
}

const DEFAULT_SERVER_NAME = 'infinispan';

/** The login of a client that has a certificate and was told nothing else. */
export const LOGIN_BY_CERTIFICATE: ResolvedAuth = resolveAuth({ mechanism: 'EXTERNAL' }, true);

/** Fills in defaults and refuses what does not go together (`HOTROD_INVALID_ARGUMENT`). Never shows a secret. */
export function resolveAuth(given: HotRodAuthOptions, secure: boolean): ResolvedAuth {
  const { username, password, token, mechanism } = given;
  if (mechanism !== undefined && !isSaslFamily(mechanism) && !SASL_MECHANISMS.includes(mechanism)) {
    throw invalid(
      `auth.mechanism is ${JSON.stringify(mechanism)}; give one of ${SASL_MECHANISMS.join(', ')}`,
    );
  }
  if ((username === undefined) !== (password === undefined)) {
    throw invalid(`auth has a ${username === undefined ? 'password' : 'username'} alone; give both or none`);
  }
  if (username !== undefined && token !== undefined) {
    throw invalid('auth has a username and a token; give one of them');
  }
  const has = token !== undefined ? 'token' : username !== undefined ? 'password' : 'certificate';
  const needed = mechanism === undefined ? has : neededBy(mechanism);
  if (needed !== has && needed !== 'certificate') {
    throw invalid(
      `auth.mechanism ${mechanism} needs a ${needed === 'token' ? 'token' : 'username and password'}`,
    );
  }
  if (needed === 'certificate' && !secure) {
    throw invalid(
      mechanism === undefined
        ? 'auth names nobody; give username and password, or a token'
        : 'auth.mechanism EXTERNAL needs TLS with a client certificate',
    );
  }
  return {
    has: needed,
    username: username ?? '',
    password: password ?? '',
    token: token ?? '',
    mechanism,
    realm: given.realm,
    serverName: given.serverName ?? DEFAULT_SERVER_NAME,
    authorizationId: given.authorizationId ?? '',
    allowClearText: given.allowClearText ?? false,
  };
}

function neededBy(mechanism: SaslMechanismName | SaslFamily): ResolvedAuth['has'] {
  if (mechanism === 'OAUTHBEARER') return 'token';
  return mechanism === 'EXTERNAL' ? 'certificate' : 'password';
}

function invalid(message: string): HotRodError {
  return new HotRodError(message, { code: 'HOTROD_INVALID_ARGUMENT' });
}
