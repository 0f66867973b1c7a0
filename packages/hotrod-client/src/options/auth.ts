import type { HotRodAuthOptions, Secret } from './auth-options.js';

/** Who logs in by a password. Text, or what fetches it, asked anew for each connection. */
export interface PasswordLogin {
  /** The user who logs in. */
  readonly username: Secret;
  /** Never leaves the client but by PLAIN. */
  readonly password: Secret;
  /** User to act as. Default: the one who logs in. */
  readonly authorizationId?: string;
}

/** Hash functions of SCRAM, weakest first. */
export type ScramHash = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

/** Hash functions of DIGEST, weakest first; `SHA` is SHA-1. */
export type DigestHash = 'MD5' | 'SHA' | 'SHA-256' | 'SHA-384' | 'SHA-512';

/** What {@link scram} takes. */
export interface ScramLogin extends PasswordLogin {
  /** Default: the strongest that the server offers. */
  readonly hash?: ScramHash;
}

/** A login by SCRAM, in which neither side shows the password and both prove that they know it. */
export function scram({ hash, ...login }: ScramLogin): HotRodAuthOptions {
  return { ...login, mechanism: hash === undefined ? 'SCRAM' : `SCRAM-${hash}` };
}

/** What {@link digest} takes. */
export interface DigestLogin extends PasswordLogin {
  /** Default: the strongest that the server offers. */
  readonly hash?: DigestHash;
  /** Default: the one that the server names first. */
  readonly realm?: string;
  /** The server's name in its SASL settings. Default `infinispan`. */
  readonly serverName?: string;
}

/** A login by DIGEST, for servers without SCRAM. */
export function digest({ hash, ...login }: DigestLogin): HotRodAuthOptions {
  return { ...login, mechanism: hash === undefined ? 'DIGEST' : `DIGEST-${hash}` };
}

/** A login that shows the password: use it over TLS only. */
export function plain(login: PasswordLogin): HotRodAuthOptions {
  return { ...login, mechanism: 'PLAIN' };
}

/** A login by the client's TLS certificate. */
export function external(login: { readonly authorizationId?: string } = {}): HotRodAuthOptions {
  return { ...login, mechanism: 'EXTERNAL' };
}

/** A login by a bearer token, which it shows: use it over TLS only. `token` is asked anew for each connection. */
export function oauthBearer(token: Secret): HotRodAuthOptions {
  return { token, mechanism: 'OAUTHBEARER' };
}
