import { listenError } from './listen-error.js';

/** Starts a server; what keeps it from listening is said so that one knows what to do. */
export async function listening<T>(port: number, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    throw listenError(error, port);
  }
}
