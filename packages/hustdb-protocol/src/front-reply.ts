import { headerValue } from './header-list.js';
import type { HttpReplyInput } from './http-message.js';
import { HustDbProtocolError, type HustDbProtocolErrorCode } from './hustdb-protocol-error.js';

/**
 * Throws where a reply says something about the server and nothing about a key: its access check, a conditional request,
 * 5xx, a page of HTML, an encoding nobody asked for. A 401 without `WWW-Authenticate` is a storage node's answer to a
 * write and passes.
 */
export function refuseFrontReply(reply: HttpReplyInput): void {
  const { status, headers } = reply;
  const html = /^text\/html\b|^application\/xhtml/i.test(headerValue(headers, 'content-type') ?? '');
  const realm = headerValue(headers, 'www-authenticate');
  if (status === 401 && (realm !== undefined || html)) {
    const where = realm === undefined ? '' : ` (${realm})`;
    throw error('HUSTDB_UNAUTHORIZED', status, `the server refuses the credentials, or wants some${where}`);
  }
  if (status === 304) {
    throw error('HUSTDB_NOT_MODIFIED', status, 'the server answered 304, so a conditional header was sent');
  }
  if (status >= 500) throw error('HUSTDB_SERVER_ERROR', status, `the server answered ${status}`);
  if (html) {
    throw error('HUSTDB_HTML', status, `the server answered ${status} with HTML; is this a HustDB address?`);
  }
  const encoding = headerValue(headers, 'content-encoding');
  if (encoding !== undefined && encoding !== '' && encoding.toLowerCase() !== 'identity') {
    throw new HustDbProtocolError(
      `the body is encoded (Content-Encoding: ${encoding}), which was not asked for`,
      {
        code: 'HUSTDB_ENCODED_BODY',
        status,
        header: 'Content-Encoding',
        value: encoding,
      },
    );
  }
}

function error(code: HustDbProtocolErrorCode, status: number, message: string): HustDbProtocolError {
  return new HustDbProtocolError(message, { code, status });
}
