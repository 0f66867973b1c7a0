import { createServer, type Server, type Socket } from 'node:net';
import { ByteWriter } from '@kvtwin/bytes';
import {
  type AnyReply,
  encodeResponse,
  type OperationDefinition,
  RequestDecoder,
  type RequestMessage,
} from '@kvtwin/hotrod-protocol';

/** What a script does with a request: answers with a reply, with raw bytes, or not at all. */
export type ScriptedAnswer =
  | AnyReply
  | Uint8Array
  | { readonly bytes: Uint8Array; readonly end: 'reset' | 'close' }
  | 'silence'
  | 'reset'
  | 'close';

/** A Hot Rod server whose answers a test writes. Pings are answered by themselves, as a 4.1 server does. */
export interface ScriptedServer {
  readonly url: string;
  readonly port: number;
  /** Operation names received, all connections one after the other. */
  readonly received: string[];
  readonly accepted: number;
  close(): Promise<void>;
}

/** How a scripted server behaves. */
export interface ScriptedServerOptions {
  readonly answer: (request: RequestMessage, connection: number) => ScriptedAnswer;
  /** Instead of the usual answer to a ping. */
  readonly answerPing?: (request: RequestMessage, connection: number) => ScriptedAnswer;
  /** Stops reading after the first ping, so that the client's writes pile up. */
  readonly deaf?: boolean;
}

const PONG: AnyReply = { outcome: 'ok', serverVersion: 41, opcodes: [] } as AnyReply;

/** Starts one on a free port of 127.0.0.1. */
export async function startScriptedServer(options: ScriptedServerOptions): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const received: string[] = [];
  let accepted = 0;
  const server = createServer((socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, accepted, options, received);
  });
  const port = await listen(server);
  return {
    url: `hotrod://127.0.0.1:${port}`,
    port,
    received,
    get accepted() {
      return accepted;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function serve(socket: Socket, connection: number, options: ScriptedServerOptions, received: string[]): void {
  const decoder = new RequestDecoder({ limits: { maxMessageBytes: 512 * 1024 * 1024 } });
  socket.on('data', (chunk) => {
    decoder.push(chunk);
    for (let request = decoder.next(); request !== undefined; request = decoder.next()) {
      received.push(request.operation.name);
      const isPing = request.operation.name === 'ping';
      const answer = isPing ? (options.answerPing ?? (() => PONG)) : options.answer;
      give(socket, request, answer(request, connection));
      if (isPing && options.deaf) socket.pause();
    }
  });
}

function give(socket: Socket, request: RequestMessage, answer: ScriptedAnswer): void {
  if (answer === 'silence') return;
  if (answer === 'reset') socket.resetAndDestroy();
  else if (answer === 'close') socket.end();
  else if (answer instanceof Uint8Array) socket.write(answer);
  else if ('bytes' in answer) {
    socket.write(answer.bytes, () => (answer.end === 'reset' ? socket.resetAndDestroy() : socket.end()));
  } else {
    const writer = new ByteWriter();
    const { messageId, version } = request.header;
    const operation = request.operation as OperationDefinition<never, AnyReply>;
    encodeResponse(writer, operation, { messageId }, answer, { version });
    socket.write(writer.take());
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
