import type { ConnectionOptions } from 'node:tls';
import { HotRodError } from '../hotrod-error.js';

/**
 * Options of `tls.connect()`, taken as they are: `ca`, `cert`, `key`, `pfx`, `passphrase`, `servername`, `minVersion`,
 * `checkServerIdentity`, … The address is the server's, and no ALPN is offered: servers may choose what is not Hot Rod.
 */
export type HotRodTlsOptions = Omit<
  ConnectionOptions,
  'host' | 'port' | 'path' | 'socket' | 'ALPNProtocols' | 'timeout'
>;

/** `true`: TLS with the certificates that Node trusts. A function is asked anew for each connection: certificates change. */
export type HotRodTls = true | HotRodTlsOptions | (() => HotRodTlsOptions | Promise<HotRodTlsOptions>);

/** The options for the next connection. */
export type TlsSource = () => Promise<HotRodTlsOptions>;

/** Options in one form; refuses what is none (`HOTROD_INVALID_ARGUMENT`). */
export function resolveTls(given: HotRodTls | undefined): TlsSource | undefined {
  if (given === undefined) return undefined;
  if (given === true) return async () => ({});
  if (typeof given === 'function') return async () => given();
  if (typeof given === 'object' && given !== null) return async () => given;
  throw new HotRodError(`tls is ${JSON.stringify(given)}; give true, options of node:tls, or a function`, {
    code: 'HOTROD_INVALID_ARGUMENT',
  });
}

/** Both together; `second` goes before `first` where both say something. */
export function mergeTls(first: HotRodTls | undefined, second: HotRodTls | undefined): HotRodTls | undefined {
  const [one, two] = [resolveTls(first), resolveTls(second)];
  if (one === undefined || two === undefined) return second ?? first;
  return async () => ({ ...(await one()), ...(await two()) });
}
