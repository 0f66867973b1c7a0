import { HustDbClientError, type HustDbClientErrorCode } from './hustdb-client-error.js';

/** How far an exchange came: not on a connection yet, handed to one, or in its reply. */
export type ExchangeProgress = 'waiting' | 'sent' | 'replying';

/** Turns what undici or node:net report into a HustDbClientError, by their codes and names only. */
export function transportError(
  cause: Error,
  progress: ExchangeProgress,
  context: { readonly server: string; readonly operation: string },
  mayHaveBeenApplied: boolean,
): HustDbClientError {
  const { server, operation } = context;
  const [code, what] = classify(cause, progress);
  return new HustDbClientError(`${operation} at ${server}: ${what} (${cause.message})`, {
    code,
    server,
    operation,
    mayHaveBeenApplied,
    cause,
  });
}

function classify(cause: Error, progress: ExchangeProgress): [HustDbClientErrorCode, string] {
  const code = codeOf(cause);
  // undici's parser errors have a code for some faults only, but always this name.
  if (cause.name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return ['HUSTDB_MALFORMED_REPLY', 'the answer is no HTTP reply'];
  }
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return ['HUSTDB_CLOSED', 'the client was closed'];
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return ['HUSTDB_TIMEOUT', 'no connection in time'];
  if (progress === 'replying') return ['HUSTDB_BODY_SHORT', 'the reply was cut off'];
  if (progress === 'sent') return ['HUSTDB_RESET', 'the connection broke before the reply began'];
  return ['HUSTDB_UNREACHABLE', 'no connection'];
}

/** undici and node:net put a `code` on errors; an AggregateError of several addresses has it on its first. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : '';
}
