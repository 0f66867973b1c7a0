import type { HeaderList } from './header-list.js';
import type { HttpReply } from './http-message.js';
import { reasonPhrase } from './reason-phrase.js';

const NOTHING = new Uint8Array(0);

/** A storage node's reply: the endpoint's headers, then Content-Length and Content-Type; no Server, no Date. */
export function formatNodeReply(status: number, headers: HeaderList, body: Uint8Array = NOTHING): HttpReply {
  return {
    status,
    reason: reasonPhrase(status),
    headers: [...headers, ['Content-Length', String(body.length)], ['Content-Type', 'text/plain']],
    body,
  };
}

/** A storage node's answer to a request without the right credentials. */
export function formatNodeUnauthorized(): HttpReply {
  return {
    status: 401,
    reason: reasonPhrase(401),
    headers: [
      ['Content-Length', '0'],
      ['WWW-Authenticate', 'Basic realm="libevhtp"'],
      ['Content-Type', 'text/plain'],
    ],
    body: NOTHING,
  };
}
