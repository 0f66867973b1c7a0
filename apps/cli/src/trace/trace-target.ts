import type { ConnectionOptions } from 'node:tls';
import { parseHotRodUri } from '@kvtwin/hotrod-client';
import { CliError } from '../command-line/cli-error.js';
import { hotRodTlsOf } from '../sides/hot-rod-tls-of.js';

/** The server that is traced. */
export interface TraceTarget {
  readonly host: string;
  readonly port: number;
  /** For `hotrods://`: the options of TLS, asked for each connection. */
  readonly tls?: () => Promise<ConnectionOptions>;
  /** Other servers that the URL names: they are not traced. */
  readonly others: number;
}

/** The server that a URL names first; cache and credentials of the URL are of no use here, the traced client has its own. */
export function traceTarget(url: string): TraceTarget {
  if (!/^hotrods?:/i.test(url)) {
    throw new CliError('only Hot Rod can be traced', { hint: 'kvtwin trace hotrod://HOST:11222' });
  }
  const { servers, secure } = parseHotRodUri(url);
  const server = servers[0]!;
  const others = servers.length - 1;
  if (!secure) return { ...server, others };
  return { ...server, tls: () => hotRodTlsOf(url), others };
}
