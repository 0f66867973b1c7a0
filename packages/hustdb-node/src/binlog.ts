import {
  encodeNodeRequest,
  type HttpRequest,
  type NodeBinlogReply,
  type NodeRead,
} from '@kvtwin/hustdb-protocol';
import type { Place } from './node-storage.js';
import type { Awaitable, StorageView } from './storage-view.js';
import type { TableType } from './stored-record.js';

/** A write to be sent on to another node. */
export interface BinlogTask {
  /** `IPv4:port`. */
  readonly host: string;
  /** 1 put, 2 del, 3 hset, 4 hdel, 5 sadd, 6 srem, 7 zadd, 8 zrem. */
  readonly method: number;
  readonly table?: string;
  readonly key: Uint8Array;
}

/** What a binlog is made of. */
export interface BinlogOptions {
  readonly storage: Pick<StorageView, 'read'>;
  /** How long a write waits before it is sent, and sent again, in milliseconds. */
  readonly intervalMs: number;
  /** Writes that wait; one more is refused. */
  readonly maxTasks: number;
  /** Sends a request; resolves to the status, rejects where there is none. */
  send(host: string, request: HttpRequest): Promise<number>;
}

/** A task that waits. */
export interface BinlogEntry {
  readonly host: string;
  readonly place: Place;
  readonly isRemoval: boolean;
}

const TYPES: readonly (TableType | undefined)[] = [undefined, 'H', 'S', 'Z'];

/** Longest `host` that a node looks at. */
const MAX_HOST_CHARACTERS = 32;

/** Statuses that end a task; after others it is tried again. */
const FINAL: readonly number[] = [200, 400, 401, 404, 412];

/**
 * Writes that this node took and another one did not. A put-like one keeps the key only: what is sent later is the value and
 * version of that moment, as a replay (`is_dup=true`) without a time to live. The last task of an entry replaces earlier
 * ones.
 */
export class Binlog {
  readonly #options: BinlogOptions;
  readonly #waiting = new Map<string, BinlogEntry>();
  /** Hears at once of a task that waits from now on (`task`), or not any more (`done`). */
  onChange: ((kind: 'task' | 'done', entry: BinlogEntry) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #closed = false;

  constructor(options: BinlogOptions) {
    this.#options = options;
  }

  /** Tasks that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Takes a task; a put-like one of a key that is not there is nothing to do. */
  add({ host, method, table, key }: BinlogTask): Awaitable<NodeBinlogReply> {
    const needsTable = method > 2;
    if (host.length > MAX_HOST_CHARACTERS || method < 1 || method > 8) return 'invalid';
    if (needsTable && table === undefined) return 'invalid';
    if (!isAddress(host)) return 'rejected';
    const type = TYPES[Math.floor((method - 1) / 2)];
    const place = needsTable ? { table, type, key } : { key };
    const isRemoval = method % 2 === 0;
    if (isRemoval) return this.#take({ host, place, isRemoval });
    const takeIfThere = ({ outcome }: NodeRead): NodeBinlogReply =>
      outcome === 'found' ? this.#take({ host, place, isRemoval }) : 'queued';
    const read = this.#options.storage.read(place);
    return read instanceof Promise ? read.then(takeIfThere) : takeIfThere(read);
  }

  /** The tasks that wait, first come first. */
  entries(): Iterable<BinlogEntry> {
    return this.#waiting.values();
  }

  /** Takes a task that {@link entries} or {@link onChange} told, or gives it up; nobody hears of it. */
  restore(kind: 'task' | 'done', entry: BinlogEntry): void {
    const id = idOf(entry);
    this.#waiting.delete(id);
    if (kind === 'done') return;
    this.#waiting.set(id, entry);
    this.#timer ??= setInterval(() => void this.flush(), this.#options.intervalMs).unref();
  }

  /** Sends what waits, now. What cannot be sent goes on waiting. */
  flush(): Promise<void> {
    this.#flushing ??= this.#sendAll().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  /** Sends nothing more. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  async #sendAll(): Promise<void> {
    const silent = new Set<string>();
    for (const [id, task] of [...this.#waiting]) {
      if (this.#closed) return;
      if (silent.has(task.host) || this.#waiting.get(id) !== task) continue;
      const status = await this.#send(task);
      if (status === undefined) silent.add(task.host);
      else if (FINAL.includes(status) && this.#waiting.get(id) === task) this.#giveUp(id, task);
    }
    if (this.#waiting.size > 0 || this.#closed) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #take(entry: BinlogEntry): NodeBinlogReply {
    if (this.#waiting.size >= this.#options.maxTasks && !this.#waiting.has(idOf(entry))) return 'refused';
    this.restore('task', entry);
    this.onChange?.('task', entry);
    return 'queued';
  }

  #giveUp(id: string, task: BinlogEntry): void {
    this.#waiting.delete(id);
    this.onChange?.('done', task);
  }

  /** Undefined where the other node, or the storage here, does not answer. */
  async #send(task: BinlogEntry): Promise<number | undefined> {
    try {
      const request = await requestOf(task, this.#options.storage);
      return request === undefined ? NOTHING_TO_SEND : await this.#options.send(task.host, request);
    } catch {
      return undefined;
    }
  }
}

const NOTHING_TO_SEND = 200;

function idOf({ host, place: { type, table, key } }: BinlogEntry): string {
  return [
    host,
    table === undefined ? '' : (type ?? 'H'),
    table ?? '',
    Buffer.from(key).toString('latin1'),
  ].join('\n');
}

/** Undefined where the entry is gone meanwhile, so that there is nothing to send, or the request line would be too long. */
async function requestOf(
  { place, isRemoval }: BinlogEntry,
  storage: Pick<StorageView, 'read'>,
): Promise<HttpRequest | undefined> {
  const read = isRemoval ? undefined : await storage.read(place);
  try {
    return read === undefined ? removalOf(place) : putOf(place, read);
  } catch {
    return undefined;
  }
}

function removalOf({ table, type, key }: Place): HttpRequest {
  if (table === undefined) return encodeNodeRequest('del', { key, isDup: true });
  if (type === 'S') return encodeNodeRequest('srem', { table, member: key, isDup: true });
  if (type === 'Z') return encodeNodeRequest('zrem', { table, member: key, isDup: true });
  return encodeNodeRequest('hdel', { table, key, isDup: true });
}

function putOf(place: Place, read: NodeRead): HttpRequest | undefined {
  if (read.outcome !== 'found') return undefined;
  const { table, type, key } = place;
  const replay = { ver: Number(read.version), isDup: true };
  if (table === undefined) return encodeNodeRequest('put', { key, value: read.value, ...replay });
  if (type === 'S') return encodeNodeRequest('sadd', { table, member: key, ...replay });
  if (type === 'Z') {
    const score = BigInt(new TextDecoder('latin1').decode(read.value));
    return encodeNodeRequest('zadd', { table, member: key, score, ...replay });
  }
  return encodeNodeRequest('hset', { table, key, value: read.value, ...replay });
}

/** IPv4 and port; a real node resolves no names either. */
function isAddress(host: string): boolean {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3}):(\d{1,5})$/.exec(host);
  if (match === null) return false;
  const [a, b, c, d, port] = match.slice(1).map(Number) as [number, number, number, number, number];
  return [a, b, c, d].every((part) => part <= 255) && port >= 1 && port <= 65_534;
}
