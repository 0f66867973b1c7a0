import { listenErrorCode } from '../command-line/listen-error.js';

/** So many ports are tried before one gives up: a demo is not the place to search a whole machine. */
const maxTries = 100;

/**
 * Starts something on a port, or on the next one that is free; 0 takes any. `start` rejects with `EADDRINUSE`, in the
 * error or its cause, where the port is taken.
 */
export async function onNextFreePort<T>(port: number, start: (port: number) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await start(port);
    } catch (error) {
      const taken = listenErrorCode(error) === 'EADDRINUSE';
      if (!taken || port === 0 || port >= 65_535 || tries >= maxTries) throw error;
      port++;
    }
  }
}
