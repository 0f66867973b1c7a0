import { createConnection, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { HotRodError } from './hotrod-error.js';
import { formatServerAddress, type ServerAddress } from './server-address.js';
import { tlsFailureOf } from './tls-failure.js';
import type { HotRodTlsOptions } from './tls-options.js';

/** How a socket is opened. */
export interface OpenSocketOptions {
  readonly connectTimeoutMs: number;
  readonly tcpNoDelay: boolean;
  readonly tcpKeepAlive: boolean;
  /** Gives up at once when it fires. */
  readonly signal: AbortSignal;
  /** Undefined: no TLS. */
  readonly tls: HotRodTlsOptions | undefined;
}

/** `write()` says "enough" from here on: some hundreds of small requests of one tick, or a few large values. */
const WRITE_HIGH_WATER_BYTES = 256 * 1024;
/** The kernel's first probe of an idle connection; later ones as the system is configured. */
const KEEP_ALIVE_DELAY_MS = 30_000;

/** Opens a TCP connection, with TLS where asked for; rejects with `HOTROD_CONNECT` or `HOTROD_TLS`. */
export function openSocket(address: ServerAddress, options: OpenSocketOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const server = formatServerAddress(address);
    let socket: Socket;
    try {
      socket = options.tls === undefined ? openTcp(address, options) : openTls(address, options.tls);
    } catch (cause) {
      // Certificates and keys are read here.
      const why = (cause as Error).message;
      reject(
        new HotRodError(`the tls options cannot be used: ${why}`, { code: 'HOTROD_TLS', server, cause }),
      );
      return;
    }
    const fail = (why: string, cause?: unknown): void => {
      stop();
      socket.on('error', () => undefined);
      socket.destroy();
      const distrust = options.tls === undefined ? undefined : tlsFailureOf(cause);
      reject(
        new HotRodError(`no connection to ${server}: ${distrust ?? why}`, {
          code: distrust === undefined ? 'HOTROD_CONNECT' : 'HOTROD_TLS',
          server,
          retryable: distrust === undefined,
          cause,
        }),
      );
    };
    const onError = (cause: Error): void => fail(cause.message, cause);
    const onAbort = (): void => fail('the client was closed');
    const timer = setTimeout(
      () => fail(`not established within ${options.connectTimeoutMs} ms`),
      options.connectTimeoutMs,
    );
    const stop = (): void => {
      clearTimeout(timer);
      socket.off('error', onError);
      options.signal.removeEventListener('abort', onAbort);
    };
    socket.once('error', onError);
    options.signal.addEventListener('abort', onAbort, { once: true });
    socket.once(options.tls === undefined ? 'connect' : 'secureConnect', () => {
      stop();
      socket.setNoDelay(options.tcpNoDelay);
      socket.setKeepAlive(options.tcpKeepAlive, KEEP_ALIVE_DELAY_MS);
      resolve(socket);
    });
  });
}

function openTcp({ host, port }: ServerAddress, options: OpenSocketOptions): Socket {
  const socketOptions: TcpNetConnectOpts & { readonly writableHighWaterMark: number } = {
    host,
    port,
    noDelay: options.tcpNoDelay,
    writableHighWaterMark: WRITE_HIGH_WATER_BYTES,
  };
  return createConnection(socketOptions);
}

function openTls({ host, port }: ServerAddress, tls: HotRodTlsOptions): Socket {
  const tlsOptions: ConnectionOptions & { readonly highWaterMark: number } = {
    // A name on the certificate chooses the server's identity; addresses may not be sent (RFC 6066).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    highWaterMark: WRITE_HIGH_WATER_BYTES,
    ...tls,
    ALPNProtocols: undefined,
    host,
    port,
  };
  return connectTls(tlsOptions);
}
