import { connect as connectSocket } from 'node:net';
import { ByteWriter } from '@kvtwin/bytes';
import { HotRodClient } from '@kvtwin/hotrod-client';
import { encodeRequest, operations } from '@kvtwin/hotrod-protocol';
import infinispan from 'infinispan';
import { WORKLOAD } from './workload.js';

/** One way to read the key over and over. */
export interface Competitor {
  readonly name: string;
  /** Keeps `depth` reads in flight until `enough()` says so, and resolves with how many were answered. */
  run(depth: number, enough: (answered: number) => boolean): Promise<number>;
  close(): Promise<void>;
}

/** Opens all that are compared, each on one connection to the same server. */
export async function openCompetitors(port: number): Promise<Competitor[]> {
  return [await openRaw(port), await openKvtwin(port), await openNpm(port)];
}

async function openKvtwin(port: number): Promise<Competitor> {
  const client = await HotRodClient.connect(`hotrod://127.0.0.1:${port}/${WORKLOAD.cache}`);
  const cache = client.cache();
  return {
    name: '@kvtwin/hotrod-client',
    run: (depth, enough) => readInLoops(depth, enough, () => cache.get(WORKLOAD.key)),
    close: () => client.close(),
  };
}

async function openNpm(port: number): Promise<Competitor> {
  const client = await infinispan.client(
    { port, host: '127.0.0.1' },
    { version: '4.1', cacheName: WORKLOAD.cache, topologyUpdates: false },
  );
  return {
    name: 'npm infinispan',
    run: (depth, enough) => readInLoops(depth, enough, () => client.get(WORKLOAD.key)),
    close: () => client.disconnect(),
  };
}

/** `depth` loops that each await one read after the other, as an application's callers do. */
async function readInLoops(
  depth: number,
  enough: (answered: number) => boolean,
  read: () => Promise<string | null | undefined>,
): Promise<number> {
  let answered = 0;
  const loop = async (): Promise<void> => {
    do {
      const value = await read();
      if (value?.length !== WORKLOAD.value.length) throw new Error(`a read answered ${String(value)}`);
    } while (!enough(++answered));
  };
  await Promise.all(Array.from({ length: depth }, loop));
  return answered;
}

/**
 * The socket alone: sends requests that were encoded before and counts the bytes of the answers, without a look at them.
 * No client can be faster. All requests carry one message id, so that all answers are equally long.
 */
async function openRaw(port: number): Promise<Competitor> {
  const socket = connectSocket({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const request = rawRequest();
  const answerBytes = rawAnswerBytes();
  return {
    name: 'raw socket',
    run: (depth, enough) =>
      new Promise((resolve, reject) => {
        const requests = Buffer.alloc(request.length * depth);
        for (let at = 0; at < depth; at++) requests.set(request, at * request.length);
        let bytes = 0;
        let answered = 0;
        let inFlight = depth;
        const onData = (chunk: Buffer): void => {
          bytes += chunk.length;
          const now = Math.floor(bytes / answerBytes);
          const count = now - answered;
          answered = now;
          inFlight -= count;
          if (count > 0 && !enough(answered)) {
            socket.write(requests.subarray(0, count * request.length));
            inFlight += count;
          } else if (inFlight === 0) {
            socket.off('data', onData);
            socket.off('error', reject);
            resolve(answered);
          }
        };
        socket.on('data', onData);
        socket.once('error', reject);
        socket.write(requests);
      }),
    close: async () => {
      socket.destroy();
    },
  };
}

/** The request that the kvtwin client sends, with a message id of three bytes as in the middle of a run. */
function rawRequest(): Uint8Array {
  const writer = new ByteWriter();
  const text = { definition: 'predefined', id: 13, parameters: [] } as const;
  const header = {
    messageId: RAW_MESSAGE_ID,
    version: '4.1',
    cacheName: WORKLOAD.cache,
    keyMediaType: text,
    valueMediaType: text,
  } as const;
  encodeRequest(writer, operations.get, header, { key: Buffer.from(WORKLOAD.key, 'latin1') });
  return writer.take().slice();
}

const RAW_MESSAGE_ID = 0x1f_ffff;

/** Magic, id, opcode, status, topology marker, length, value. */
function rawAnswerBytes(): number {
  return 1 + 3 + 3 + 1 + WORKLOAD.value.length;
}
