import { CliError } from './cli-error.js';

/** What a listener rejects with, said so that one knows what to do. */
export function listenError(error: unknown, port: number): unknown {
  const code = listenErrorCode(error);
  if (code === 'EADDRINUSE') {
    return new CliError(`port ${port} is in use`, {
      hint: 'choose another --port, or 0 for any free one',
      cause: error,
    });
  }
  if (code === 'EACCES') {
    return new CliError(`port ${port} may not be used by you`, {
      hint: 'ports below 1024 need rights',
      cause: error,
    });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new CliError('this machine does not have the address that --host names', { cause: error });
  }
  return error;
}

/** The code of the system for what a listener rejected with, also where it is the cause. */
export function listenErrorCode(error: unknown): unknown {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  return cause?.code ?? code;
}
