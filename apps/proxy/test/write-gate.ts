import { type Forwarder, startForwarder } from './forwarder.js';

/** A TCP server before a side. While it is shut, requests that write do not get through, and nobody answers them. */
export interface WriteGate extends Forwarder {
  shut(): void;
  open(): void;
  /** Resolves once so many writes have been held since it was made. */
  held(count: number): Promise<void>;
}

const HTTP_WRITES = /^[A-Z]+ \/hustdb\/(?:put|del|hset|hdel|hincrby|sadd|srem|zadd|zrem)\?/;
/** Hot Rod: put, putIfAbsent, replace, replaceIfUnmodified, remove, removeIfUnmodified. */
const HOT_ROD_WRITES = [0x01, 0x05, 0x07, 0x09, 0x0b, 0x0d];

/** Whether a chunk begins with a request that writes. Requests that wait for one another come in chunks of their own. */
function isWrite(chunk: Buffer): boolean {
  if (chunk[0] !== 0xa0) return HTTP_WRITES.test(chunk.toString('latin1', 0, 40));
  let at = 1;
  while (chunk[at]! >= 0x80) at++;
  return HOT_ROD_WRITES.includes(chunk[at + 2]!);
}

/** Starts one on a free port of 127.0.0.1 before `port`. It is open. */
export async function startWriteGate(port: number): Promise<WriteGate> {
  let isShut = false;
  let count = 0;
  let wake: () => void = () => {};
  const forwarder = await startForwarder(port, (caller, behind) => {
    behind.pipe(caller);
    caller.on('data', (chunk: Buffer) => {
      if (!isShut || !isWrite(chunk)) {
        behind.write(chunk);
        return;
      }
      count++;
      wake();
    });
  });
  return {
    ...forwarder,
    shut: () => {
      isShut = true;
    },
    open: () => {
      isShut = false;
    },
    held: async (wanted) => {
      while (count < wanted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
