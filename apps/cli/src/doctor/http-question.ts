import { get as getHttp, type IncomingHttpHeaders } from 'node:http';
import { get as getHttps } from 'node:https';
import type { Address } from './network-checks.js';

/** What an HTTP server answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Milliseconds from the question to the head of the answer. */
  readonly tookMs: number;
}

/** Longest answer that is read: what is asked for here takes a few lines. */
const maxBodyBytes = 1024 * 1024;

/** Asks one question over a connection of its own. Rejects where there is no HTTP answer within the time. */
export function askHttp(
  { host, port }: Address,
  path: string,
  options: { readonly timeoutMs: number; readonly secure?: boolean; readonly auth?: string },
): Promise<HttpAnswer> {
  const { timeoutMs, secure = false, auth } = options;
  return new Promise((resolve, reject) => {
    const beganMs = performance.now();
    const question = {
      host,
      port,
      path,
      agent: false,
      rejectUnauthorized: false,
      ...(auth === undefined ? {} : { auth }),
    };
    const request = (secure ? getHttps : getHttp)(question, (reply) => {
      const tookMs = performance.now() - beganMs;
      const chunks: Buffer[] = [];
      let length = 0;
      reply.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > maxBodyBytes) request.destroy(new Error('the answer is too long'));
      });
      reply.on('error', reject);
      reply.on('end', () => {
        clearTimeout(timer);
        const body = Buffer.concat(chunks).toString();
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body, tookMs });
      });
    });
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
