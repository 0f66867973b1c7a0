import { timingSafeEqual } from 'node:crypto';
import { type AuthReply, type AuthRequest, operations, Status } from '@kvtwin/hotrod-protocol';
import { RequestFailure } from './request-failure.js';
import { ScramExchange } from './scram-exchange.js';
import type { AuthMechanism, ResolvedAuthOptions } from './server-options.js';

const withoutLogin: ReadonlySet<string> = new Set([
  operations.ping.name,
  operations.authMechList.name,
  operations.auth.name,
]);

/** Who a connection belongs to, and the exchange that finds it out. Failures leave the connection open, to try again. */
export class Authentication {
  readonly #options: ResolvedAuthOptions | undefined;
  #user: string | undefined;
  #exchange: ScramExchange | undefined;

  /** Without options nobody has to log in, and nobody can. */
  constructor(options: ResolvedAuthOptions | undefined) {
    this.#options = options;
  }

  /** Mechanisms offered, the strongest first; none where nobody has to log in. */
  get mechanisms(): readonly AuthMechanism[] {
    return this.#options?.mechanisms ?? [];
  }

  /** Refuses an operation that needs a login which has not been made. */
  check(operationName: string): void {
    if (this.#options === undefined || this.#user !== undefined || withoutLogin.has(operationName)) {
      return;
    }
    const name = operationName.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
    throw new RequestFailure(
      Status.SERVER_ERROR,
      `java.lang.SecurityException: ISPN006017: Operation '${name}' requires authentication`,
    );
  }

  /** One step; what it throws ends the exchange. */
  step({ mechanism, response }: AuthRequest): AuthReply {
    if (this.#options === undefined) {
      throw new RequestFailure(
        Status.SERVER_ERROR,
        'java.lang.UnsupportedOperationException: ISPN006007: The requested operation is invalid',
        operations.auth.replyOpcode,
      );
    }
    const exchange = this.#exchange;
    this.#exchange = undefined;
    try {
      return exchange === undefined
        ? this.#begin(mechanism, response, this.#options)
        : this.#finish(exchange, response);
    } catch (error) {
      this.#user = undefined;
      throw error;
    }
  }

  #begin(mechanism: string, response: Uint8Array, { users, mechanisms }: ResolvedAuthOptions): AuthReply {
    if (!mechanisms.some((offered) => offered === mechanism)) {
      throw new RequestFailure(
        Status.SERVER_ERROR,
        `java.lang.IllegalArgumentException: ISPN006025: Invalid mech '${mechanism}'`,
      );
    }
    if (mechanism === 'PLAIN') {
      this.#user = checkPlain(response, users);
      return { outcome: 'ok', completed: 1, challenge: new Uint8Array() };
    }
    if (response.length === 0) {
      // A client that goes on after the server's last word begins anew without meaning to; it stays who it was.
      return { outcome: 'ok', completed: 0, challenge: new Uint8Array() };
    }
    this.#exchange = new ScramExchange(response, users);
    return { outcome: 'ok', completed: 0, challenge: this.#exchange.challenge };
  }

  #finish(exchange: ScramExchange, response: Uint8Array): AuthReply {
    const challenge = exchange.finish(response);
    this.#user = exchange.user;
    // Not "completed": the server still has something to say, its signature. Hot Rod 4.0 §authentication exchange.
    return { outcome: 'ok', completed: 0, challenge };
  }
}

/** The user of `authzid NUL authcid NUL password`. */
function checkPlain(response: Uint8Array, users: ReadonlyMap<string, string>): string {
  const parts = Buffer.from(response).toString('utf8').split('\0');
  const [, user = '', password = ''] = parts;
  if (parts.length !== 3) {
    throw new RequestFailure(
      Status.REQUEST_PARSING_ERROR,
      'javax.security.sasl.SaslException: ELY05007: Invalid authentication mechanism negotiation message received',
    );
  }
  const expected = Buffer.from(users.get(user) ?? '');
  const given = Buffer.from(password);
  if (!users.has(user) || expected.length !== given.length || !timingSafeEqual(expected, given)) {
    throw new RequestFailure(
      Status.REQUEST_PARSING_ERROR,
      'javax.security.sasl.SaslException: ELY05013: Authentication mechanism password not verified',
    );
  }
  return user;
}
