import { HustDbClientError, type HustDbClientErrorCode } from './hustdb-client-error.js';

/** How far an exchange came: not on a connection yet, handed to one, or in its reply. */
export type ExchangeProgress = 'waiting' | 'sent' | 'replying';

/** Turns what node:net reports into a HustDbClientError, by how far the exchange came. */
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
  if (cause instanceof ConnectTimeout) return ['HUSTDB_TIMEOUT', 'no connection in time'];
  if (progress === 'replying') return ['HUSTDB_BODY_SHORT', 'the reply was cut off'];
  if (progress === 'sent') return ['HUSTDB_RESET', 'the connection broke before the reply began'];
  return ['HUSTDB_UNREACHABLE', 'no connection'];
}

/** An attempt to connect that was given up. */
export class ConnectTimeout extends Error {
  constructor() {
    super('the server did not answer');
    this.name = 'ConnectTimeout';
  }
}
