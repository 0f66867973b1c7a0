import { performance } from 'node:perf_hooks';
import { type AnyReply, type OperationDefinition, operations } from '@kvtwin/hotrod-protocol';
import { HotRodError } from '../hotrod-error.js';
import { debugLog } from '../observe/debug-log.js';
import type { ResolvedAuth, Secret } from '../options/auth-options.js';
import { PendingCall } from '../pending-call.js';
import { createMechanism } from '../sasl/create-mechanism.js';
import { type SaslCredentials, SaslError, type SaslMechanismName } from '../sasl/sasl-mechanism.js';
import { selectMechanism } from '../sasl/select-mechanism.js';
import { type Connection, encodingError } from './connection.js';
import { NO_CACHE } from './negotiate-version.js';
import { withinTime } from './within-time.js';

/** How a connection logs in. */
export interface AuthenticateOptions {
  readonly auth: ResolvedAuth;
  /** Whether it is enough to try: where the server wants no such login, go on without. */
  readonly optional: boolean;
  /** Whether the connection is encrypted. */
  readonly secure: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** No mechanism here takes more than three; a server that goes on asking is stopped. */
const MAX_STEPS = 8;

/** Answers of the server that are about this login, whatever their status; the others are about the server. */
const REFUSALS: ReadonlySet<string> = new Set([
  'HOTROD_AUTH',
  'HOTROD_SERVER_ERROR',
  'HOTROD_REQUEST_REFUSED',
]);

/** Logs in on a fresh connection. Rejects with `HOTROD_AUTH` where that fails, `HOTROD_CONNECT` where it takes too long. */
export async function authenticate(connection: Connection, options: AuthenticateOptions): Promise<void> {
  const { auth, optional, signal } = options;
  const endsAtMs = performance.now() + options.timeoutMs;
  const leftMs = (): number => Math.max(1, endsAtMs - performance.now());
  let mechanism: SaslMechanismName | undefined;
  try {
    const { mechanisms: offered } = await ask(connection, operations.authMechList, {}, leftMs());
    if (optional && !offered.includes('EXTERNAL')) return;
    mechanism = selectMechanism({
      offered,
      wanted: auth.mechanism,
      has: auth.has,
      mayShowSecrets: auth.allowClearText || options.secure,
    });
    const credentials = await withinTime(credentialsOf(auth), {
      timeoutMs: leftMs(),
      signal,
      what: 'the credentials',
    });
    await exchange(connection, mechanism, auth, credentials, leftMs);
    debugLog('connection %d to %s has logged in by %s', connection.id, connection.server, mechanism);
  } catch (error) {
    throw failureOf(error, connection.server, mechanism);
  }
}

async function exchange(
  connection: Connection,
  name: SaslMechanismName,
  { realm, serverName }: ResolvedAuth,
  credentials: SaslCredentials,
  leftMs: () => number,
): Promise<void> {
  const mechanism = createMechanism(name, { credentials, realm, serverName });
  let response: Uint8Array | undefined = mechanism.start();
  for (let step = 0; response !== undefined; step++) {
    if (step === MAX_STEPS) throw new SaslError(`the server goes on asking after ${MAX_STEPS} steps`);
    const reply = await ask(connection, operations.auth, { mechanism: name, response }, leftMs());
    const { completed, challenge } = reply;
    // A last word comes with completed = 0 too; one step more would begin a new exchange. Hot Rod §authentication exchange.
    if (completed === 0 || challenge.length > 0) {
      response = await mechanism.answer(challenge);
    } else {
      response = undefined;
    }
    if (completed !== 0 && (response !== undefined || !mechanism.mayEnd)) {
      throw new SaslError('the server ends the login before it has proven that it knows the password');
    }
  }
}

async function credentialsOf(auth: ResolvedAuth): Promise<SaslCredentials> {
  const [username, password, token] = await Promise.all([
    fetched(auth.username, 'username'),
    fetched(auth.password, 'password'),
    fetched(auth.token, 'token'),
  ]);
  return { username, password, token, authorizationId: auth.authorizationId };
}

async function fetched(secret: Secret, what: string): Promise<string> {
  const value = typeof secret === 'function' ? await secret() : secret;
  if (typeof value === 'string') return value;
  throw new SaslError(`auth.${what} gave no text`);
}

function failureOf(thrown: unknown, server: string, mechanism: SaslMechanismName | undefined): HotRodError {
  const by = mechanism === undefined ? '' : ` by ${mechanism}`;
  if (HotRodError.is(thrown) && !(thrown.status !== undefined && REFUSALS.has(thrown.code))) return thrown;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  const { status } = thrown as { status?: number };
  return new HotRodError(`the login to ${server}${by} failed: ${why}`, {
    code: 'HOTROD_AUTH',
    server,
    status,
    cause: thrown,
  });
}

/** One request of the handshake and its reply. */
function ask<Request, Reply extends AnyReply>(
  connection: Connection,
  operation: OperationDefinition<Request, Reply>,
  request: Request,
  timeoutMs: number,
): Promise<Reply> {
  const call = new PendingCall(
    { operation: operation as OperationDefinition, request, target: NO_CACHE, interpret: (reply) => reply },
    timeoutMs,
  );
  return new Promise<Reply>((resolve, reject) => {
    const timer = setTimeout(
      () =>
        call.fail(`was not answered within ${Math.ceil(timeoutMs)} ms`, {
          code: 'HOTROD_CONNECT',
          retryable: true,
        }),
      timeoutMs,
    );
    call.begin((reply) => resolve(reply as Reply), reject);
    call.onSettled = () => clearTimeout(timer);
    try {
      connection.send(call);
    } catch (error) {
      call.settle(encodingError(call, error));
    }
  });
}
