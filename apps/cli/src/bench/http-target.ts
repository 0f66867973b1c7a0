import { Agent as HttpAgent, get as httpGet } from 'node:http';
import { Agent as HttpsAgent, get as httpsGet } from 'node:https';
import { CliError } from '../command-line/cli-error.js';
import { withoutCredentials } from '../sides/without-credentials.js';
import type { BenchData, BenchTarget } from './bench-target.js';

/** A request that was not answered with success. */
class HttpFailure extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}

/**
 * An address that is asked by GET; `{key}` in it stands for the number of a key. An answer of 400 or more is a failure.
 * Connections are kept, as many as there are questions at a time.
 */
export function openHttpTarget(url: string, data: BenchData): BenchTarget {
  if (!URL.canParse(url.replaceAll('{key}', '0'))) throw new CliError(`${withoutCredentials(url)} is no URL`);
  const secure = /^https:/i.test(url);
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const ask = (at: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const address = new URL(url.replaceAll('{key}', String(at)));
      const get = secure ? httpsGet : httpGet;
      const request = get(address, { agent, signal, timeout: data.timeoutMs }, (reply) => {
        const { statusCode = 0 } = reply;
        reply.on('error', reject);
        reply.on('end', () =>
          statusCode < 400 ? resolve() : reject(new HttpFailure(`HTTP ${statusCode}`, `HTTP_${statusCode}`)),
        );
        reply.resume();
      });
      request.on('timeout', () => request.destroy(new HttpFailure('no answer in time', 'HTTP_TIMEOUT')));
      request.on('error', reject);
    });
  return {
    name: withoutCredentials(url),
    kinds: ['get'],
    prepare: (signal) => ask(0, signal),
    run: (_, at, signal) => ask(at, signal),
    cleanUp: async () => 0,
    close: async () => agent.destroy(),
  };
}
