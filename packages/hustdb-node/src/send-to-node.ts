import { Agent, request as httpRequest } from 'node:http';
import type { HttpRequest } from '@kvtwin/hustdb-protocol';

/** How long another node may take to answer. */
const TIMEOUT_MS = 10_000;

/** Sends requests to other nodes. */
export interface NodeSender {
  /** Resolves to the status; rejects where the node does not answer. */
  send(host: string, request: HttpRequest): Promise<number>;
  /** Breaks off what is under way. */
  close(): void;
}

/** Makes a sender; `authorization` goes with every request. */
export function nodeSender(authorization: string | undefined): NodeSender {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const closing = new AbortController();
  return {
    send: (host, { method, target, body }) =>
      new Promise((resolve, reject) => {
        const at = host.lastIndexOf(':');
        const headers = {
          ...(authorization === undefined ? {} : { Authorization: authorization }),
          ...(body === undefined ? {} : { 'Content-Length': body.length }),
        };
        const sent = httpRequest(
          {
            agent,
            host: host.slice(0, at),
            port: Number(host.slice(at + 1)),
            method,
            path: target,
            headers,
            timeout: TIMEOUT_MS,
            signal: closing.signal,
          },
          (response) => {
            response.resume();
            response.on('end', () => resolve(response.statusCode ?? 0));
            response.on('error', reject);
          },
        );
        sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
        sent.on('error', reject);
        sent.end(body);
      }),
    close: () => {
      closing.abort();
      agent.destroy();
    },
  };
}
