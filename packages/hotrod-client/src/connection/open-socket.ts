import { createConnection, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { HotRodError } from '../hotrod-error.js';
import { formatServerAddress, type ServerAddress } from '../options/server-address.js';
import type { HotRodTlsOptions } from '../options/tls-options.js';
import { tlsFailureOf } from './tls-failure.js';

/** A socket, and what comes in on it. */
export interface OpenedSocket {
  readonly socket: Socket;
  /** Hands over what comes in; what came before it is called is lost. */
  receive(onBytes: (bytes: Uint8Array) => void): void;
  /** Whether the bytes handed over are gone when the receiver has returned. */
  readonly reusesMemory: boolean;
}

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

/** What one look at a socket may bring: several replies of 64 KiB. */
const READ_BUFFER_BYTES = 256 * 1024;

/**
 * All sockets read into it: what came is worked on, or copied, before the next look at any of them. A buffer made for each
 * look costs more than the replies in it where these are small, and several times as many looks where they are large.
 */
let readBuffer: Uint8Array | undefined;

/** Opens a TCP connection, with TLS where asked for; rejects with `HOTROD_CONNECT` or `HOTROD_TLS`. */
export function openSocket(address: ServerAddress, options: OpenSocketOptions): Promise<OpenedSocket> {
  return new Promise((resolve, reject) => {
    const server = formatServerAddress(address);
    let opened: OpenedSocket;
    try {
      opened = options.tls === undefined ? openTcp(address, options) : openTls(address, options.tls);
    } catch (cause) {
      // Certificates and keys are read here.
      const why = (cause as Error).message;
      reject(
        new HotRodError(`the tls options cannot be used: ${why}`, { code: 'HOTROD_TLS', server, cause }),
      );
      return;
    }
    const { socket } = opened;
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
    // A server without TLS does not make head or tail of the handshake, and hangs up.
    const hint = options.tls === undefined ? '' : '; does the server speak TLS on this port?';
    const onError = (cause: Error): void =>
      fail(/before secure TLS|ECONNRESET/.test(cause.message) ? cause.message + hint : cause.message, cause);
    const onAbort = (): void => fail('the client was closed');
    const timer = setTimeout(
      () => fail(`not established within ${options.connectTimeoutMs} ms${hint}`),
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
      resolve(opened);
    });
  });
}

function openTcp({ host, port }: ServerAddress, options: OpenSocketOptions): OpenedSocket {
  let receiver: (bytes: Uint8Array) => void = () => undefined;
  readBuffer ??= new Uint8Array(READ_BUFFER_BYTES);
  const socketOptions: TcpNetConnectOpts & { readonly writableHighWaterMark: number } = {
    host,
    port,
    noDelay: options.tcpNoDelay,
    writableHighWaterMark: WRITE_HIGH_WATER_BYTES,
    onread: {
      buffer: readBuffer,
      callback: (count, buffer) => {
        receiver(buffer.subarray(0, count));
        return true;
      },
    },
  };
  const receive = (onBytes: (bytes: Uint8Array) => void): void => {
    receiver = onBytes;
  };
  return { socket: createConnection(socketOptions), receive, reusesMemory: true };
}

function openTls({ host, port }: ServerAddress, tls: HotRodTlsOptions): OpenedSocket {
  const tlsOptions: ConnectionOptions & { readonly highWaterMark: number } = {
    // A name on the certificate chooses the server's identity; addresses may not be sent (RFC 6066).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    highWaterMark: WRITE_HIGH_WATER_BYTES,
    ...tls,
    ALPNProtocols: undefined,
    host,
    port,
  };
  const socket = connectTls(tlsOptions);
  return { socket, receive: (onBytes) => void socket.on('data', onBytes), reusesMemory: false };
}
