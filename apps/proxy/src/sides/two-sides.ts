import type { CacheRequest, NodeCacheReply } from '@kvtwin/hustdb-protocol';
import { settleWrite } from '@kvtwin/replica-pair';
import { type SideWrite, StoreError, type Two } from '@kvtwin/versioned-value';
import { askSide } from '../answers/ask-side.js';
import type {
  Added,
  AddTo,
  CacheRead,
  CacheWritten,
  Listed,
  PairCommands,
} from '../commands/pair-commands.js';
import type { AddRequest, ListRequest, Side } from './side.js';

/** A node takes the address of another only so. */
const IPV4_AND_PORT = /^\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}$/;

/** The commands of a pair of two sides, asked one after the other. */
export class TwoSides implements PairCommands {
  readonly #sides: Two<Side>;
  /** Those whom reads ask, in this order: the two, and whoever held the data before them. */
  readonly #readers: readonly Side[];

  constructor(sides: Two<Side>, older: readonly Side[] = []) {
    this.#sides = sides;
    this.#readers = [...sides, ...older];
  }

  async list(request: ListRequest, timeoutMs: number): Promise<Listed> {
    let answer: Listed | undefined;
    for (const side of this.#readers) {
      const listed = await listSide(side, request, timeoutMs);
      if (listed.outcome === 'listed') return listed;
      // Unreadable tells more than "no table": it may be there all the same.
      if (answer === undefined || listed.outcome === 'unreadable') answer = listed;
    }
    return answer!;
  }

  async cacheRead(request: CacheRequest, timeoutMs: number): Promise<CacheRead> {
    let error: StoreError | undefined;
    for (const side of this.#readers) {
      const reply = await this.#cache(side, request, timeoutMs);
      if (StoreError.is(reply)) error = reply;
      else if (reply.outcome === 'done') return { outcome: 'found', value: reply.body };
    }
    return error === undefined ? { outcome: 'absent' } : { outcome: 'unreadable', error };
  }

  async cacheWrite(request: CacheRequest, timeoutMs: number): Promise<CacheWritten> {
    const replies = [
      await this.#cache(this.#sides[0], request, timeoutMs),
      await this.#cache(this.#sides[1], request, timeoutMs),
    ] as const;
    let body: Uint8Array = new Uint8Array(0);
    const verdict = (reply: NodeCacheReply | StoreError): CacheWritten['sides'][0] => {
      if (StoreError.is(reply)) return isCallersFault(reply) ? 'rejected' : 'unknown';
      if (reply.outcome !== 'done') return 'rejected';
      body = reply.body;
      return 'applied';
    };
    return { sides: [verdict(replies[0]), verdict(replies[1])], body };
  }

  async add(request: AddRequest, to: AddTo, timeoutMs: number): Promise<Added> {
    const [first, second] = this.#sides;
    if (to === 'both') return this.#addToBoth(request, timeoutMs);
    if (to === 'first') {
      const { write, sum } = await addToSide(first, request, timeoutMs);
      return { sides: [write, { state: 'not-sent' }], sum };
    }
    if (to === 'second') {
      const { write, sum } = await addToSide(second, request, timeoutMs);
      return { sides: [{ state: 'not-sent' }, write], sum };
    }
    if (first.copies && IPV4_AND_PORT.test(second.name)) {
      const { write, sum } = await addToSide(first, { ...request, copyTo: second.name }, timeoutMs);
      return { sides: [write, { state: 'not-sent' }], sum };
    }
    return this.#addAndCopy(request, timeoutMs);
  }

  /** For a first side that does not copy by itself. Where it did not add, nothing is done to the second. */
  async #addAndCopy(request: AddRequest, timeoutMs: number): Promise<Added> {
    const [first, second] = this.#sides;
    const { write, sum } = await addToSide(first, request, timeoutMs);
    if (write.state !== 'applied' || sum === undefined) return { sides: [write, { state: 'not-sent' }], sum };
    const copy = { ...request, sum, version: write.version };
    const copied = await settleWrite(
      () => askSide(second, 'copy', timeoutMs, (call) => second.copy(copy, call)),
      second.name,
    );
    return { sides: [write, copied], sum };
  }

  async #addToBoth(request: AddRequest, timeoutMs: number): Promise<Added> {
    const first = await addToSide(this.#sides[0], request, timeoutMs);
    const second = await addToSide(this.#sides[1], request, timeoutMs);
    return { sides: [first.write, second.write], sum: first.sum ?? second.sum };
  }

  #cache(side: Side, request: CacheRequest, timeoutMs: number): Promise<NodeCacheReply | StoreError> {
    return askSide(side, request.command, timeoutMs, (call) => side.cache(request, call)).catch(
      (error: StoreError) => error,
    );
  }
}

/** A listing of one side. */
export async function listSide(
  side: Pick<Side, 'name' | 'list'>,
  request: ListRequest,
  timeoutMs: number,
): Promise<Listed> {
  try {
    const listing = await askSide(side, request.command, timeoutMs, (call) => side.list(request, call));
    switch (listing.outcome) {
      case 'listed':
        return listing;
      case 'invalid':
        return { outcome: 'invalid' };
      default:
        return { outcome: 'no-table' };
    }
  } catch (thrown) {
    const error = thrown as StoreError;
    if (error.code === 'STORE_UNSUPPORTED') throw error;
    return isCallersFault(error) ? { outcome: 'invalid' } : { outcome: 'unreadable', error };
  }
}

/** No side could ever do this: nothing was sent. */
function isCallersFault({ code }: StoreError): boolean {
  return code.startsWith('STORE_INVALID_');
}

async function addToSide(
  side: Side,
  request: AddRequest,
  timeoutMs: number,
): Promise<{ readonly write: SideWrite; readonly sum: string | undefined }> {
  let sum: string | undefined;
  const write = await settleWrite(async () => {
    const result = await askSide(side, 'add', timeoutMs, (call) => side.add(request, call));
    sum = result.sum;
    return result;
  }, side.name);
  return { write, sum };
}
