import { createConnection, type Socket, type TcpNetConnectOpts } from 'node:net';
import { HotRodError } from './hotrod-error.js';
import { formatServerAddress, type ServerAddress } from './server-address.js';

/** How a socket is opened. */
export interface OpenSocketOptions {
  readonly connectTimeoutMs: number;
  readonly tcpNoDelay: boolean;
  readonly tcpKeepAlive: boolean;
  /** Gives up at once when it fires. */
  readonly signal: AbortSignal;
}

/** `write()` says "enough" from here on: some hundreds of small requests of one tick, or a few large values. */
const WRITE_HIGH_WATER_BYTES = 256 * 1024;
/** The kernel's first probe of an idle connection; later ones as the system is configured. */
const KEEP_ALIVE_DELAY_MS = 30_000;

/** Opens a TCP connection; rejects with `HOTROD_CONNECT`. */
export function openSocket(address: ServerAddress, options: OpenSocketOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const server = formatServerAddress(address);
    const socketOptions: TcpNetConnectOpts & { readonly writableHighWaterMark: number } = {
      host: address.host,
      port: address.port,
      noDelay: options.tcpNoDelay,
      keepAlive: options.tcpKeepAlive,
      keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
      writableHighWaterMark: WRITE_HIGH_WATER_BYTES,
    };
    const socket = createConnection(socketOptions);
    const fail = (why: string, cause?: unknown): void => {
      stop();
      socket.on('error', () => undefined);
      socket.destroy();
      reject(
        new HotRodError(`no connection to ${server}: ${why}`, {
          code: 'HOTROD_CONNECT',
          server,
          retryable: true,
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
    socket.once('connect', () => {
      stop();
      resolve(socket);
    });
  });
}
