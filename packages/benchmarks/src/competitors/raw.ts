import { connect as connectSocket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { ByteWriter } from '@kvtwin/bytes';
import {
  type AnyReply,
  encodeRequest,
  encodeResponse,
  type OperationDefinition,
  operations,
  type RequestHeaderInput,
} from '@kvtwin/hotrod-protocol';
import type { Cell } from '../cell.js';
import { keysOf, SIZES } from '../workload.js';
import type { Competitor, Pace } from './competitor.js';

const READ_BUFFER_BYTES = 256 * 1024;
/** Three bytes, as in the middle of a run. All requests carry it, so that all answers are equally long. */
const MESSAGE_ID = 0x1f_ffff;

/**
 * The socket alone: sends requests that were encoded before and counts the bytes of the answers, without a look at them.
 * No client can be faster.
 */
export async function openRaw(port: number, cacheName: string): Promise<Competitor> {
  const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  let onBytes: (count: number) => void = () => undefined;
  const socket = connectSocket({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: {
      buffer: readBuffer,
      callback: (count) => {
        onBytes(count);
        return true;
      },
    },
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return {
    run: (cell, pace) =>
      new Promise((resolve, reject) => {
        const { request, answerBytes } = exchangeOf(cell, cacheName);
        const requests = Buffer.concat(Array.from({ length: cell.depth }, () => request));
        let bytes = 0;
        let inFlight = 0;
        let sampleStartedMs = 0;
        const send = (count: number): void => {
          inFlight += count;
          if (sampleStartedMs === 0) sampleStartedMs = performance.now();
          socket.write(requests.subarray(0, count * request.length));
        };
        onBytes = (received) => {
          bytes += received;
          const count = Math.floor(bytes / answerBytes) - pace.answered;
          if (count === 0) return;
          pace.answered += count;
          inFlight -= count;
          sampleStartedMs = sample(pace, sampleStartedMs, cell.depth);
          if (!pace.over) send(count);
          else if (inFlight === 0) {
            socket.off('error', reject);
            resolve();
          }
        };
        socket.once('error', reject);
        send(cell.depth);
      }),
    close: async () => {
      socket.destroy();
    },
  };
}

/** A turn of one call is its time; of several in flight nobody knows which one was answered. */
function sample(pace: Pace, startedMs: number, depth: number): number {
  if (depth === 1) pace.took(performance.now() - startedMs);
  return 0;
}

function exchangeOf(cell: Cell, cacheName: string): { request: Uint8Array; answerBytes: number } {
  const { operation, size, count } = cell;
  const keys = keysOf(size, count).map((text) => Buffer.from(text, 'latin1'));
  const key = keys[1]!;
  const value = new Uint8Array(SIZES[size].bytes).fill(0x76);
  const metadata = { entryVersion: 1n };
  switch (operation) {
    case 'get':
      return exchange(operations.get, cacheName, { key }, { outcome: 'ok', value });
    case 'getWithMetadata':
      return exchange(operations.getWithMetadata, cacheName, { key }, { outcome: 'ok', metadata, value });
    case 'put':
      return exchange(operations.put, cacheName, { key, value }, { outcome: 'ok' });
    case 'getAll': {
      const entries = keys.map((each) => ({ key: each, value }));
      return exchange(operations.getAll, cacheName, { keys }, { outcome: 'ok', entries });
    }
    default:
      throw new Error(`${operation} is not sent raw`);
  }
}

function exchange<Request, Reply extends AnyReply>(
  operation: OperationDefinition<Request, Reply>,
  cacheName: string,
  request: NoInfer<Request>,
  reply: NoInfer<Reply>,
): { request: Uint8Array; answerBytes: number } {
  const text = { definition: 'predefined', id: 13, parameters: [] } as const;
  const header: RequestHeaderInput = {
    messageId: MESSAGE_ID,
    version: '4.1',
    cacheName,
    keyMediaType: text,
    valueMediaType: text,
  };
  const writer = new ByteWriter();
  encodeRequest(writer, operation, header, request);
  const sent = writer.take().slice();
  encodeResponse(writer, operation, { messageId: MESSAGE_ID }, reply, { version: '4.1' });
  return { request: sent, answerBytes: writer.take().length };
}
