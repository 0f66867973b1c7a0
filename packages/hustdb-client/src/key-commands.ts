import type { CommandRequests, HttpReplyInput } from '@kvtwin/hustdb-protocol';
import type { HustDbCallOptions } from './client-options.js';
import type { CommandCalls } from './command-calls.js';

/** How a server's replies are read. */
export interface ReplyParsers<Read, Write, Listing> {
  readonly read: (reply: HttpReplyInput) => Read;
  readonly write: (reply: HttpReplyInput) => Write;
  readonly listing: (reply: HttpReplyInput, options?: { readonly scores?: boolean }) => Listing;
}

/** The commands of keys, fields and members, which storage nodes and HA fronts have alike; their replies differ. */
export abstract class KeyCommands<Read, Write, Listing> {
  readonly #calls: CommandCalls;
  readonly #parse: ReplyParsers<Read, Write, Listing>;

  constructor(calls: CommandCalls, parse: ReplyParsers<Read, Write, Listing>) {
    this.#calls = calls;
    this.#parse = parse;
  }

  /** `host:port`. */
  get server(): string {
    return this.#calls.server;
  }

  get(request: CommandRequests['get'], call?: HustDbCallOptions): Promise<Read> {
    return this.#calls.call('get', request, this.#parse.read, call);
  }

  exist(request: CommandRequests['exist'], call?: HustDbCallOptions): Promise<Read> {
    return this.#calls.call('exist', request, this.#parse.read, call);
  }

  put(request: CommandRequests['put'], call?: HustDbCallOptions): Promise<Write> {
    return this.#calls.call('put', request, this.#parse.write, call);
  }

  del(request: CommandRequests['del'], call?: HustDbCallOptions): Promise<Write> {
    return this.#calls.call('del', request, this.#parse.write, call);
  }

  hget(request: CommandRequests['hget'], call?: HustDbCallOptions): Promise<Read> {
    return this.#calls.call('hget', request, this.#parse.read, call);
  }

  hexist(request: CommandRequests['hexist'], call?: HustDbCallOptions): Promise<Read> {
    return this.#calls.call('hexist', request, this.#parse.read, call);
  }

  hset(request: CommandRequests['hset'], call?: HustDbCallOptions): Promise<Write> {
    return this.#calls.call('hset', request, this.#parse.write, call);
  }

  hdel(request: CommandRequests['hdel'], call?: HustDbCallOptions): Promise<Write> {
    return this.#calls.call('hdel', request, this.#parse.write, call);
  }

  /** The sum is in `body`, as decimal text. A front tells no version, and asks one master only; the other one follows later. */
  hincrby(request: CommandRequests['hincrby'], call?: HustDbCallOptions): Promise<Write> {
    return this.#calls.call('hincrby', request, this.#parse.write, call);
  }

  /** A front takes it by POST only, which is how it is sent to both. */
  sismember(request: CommandRequests['sismember'], call?: HustDbCallOptions): Promise<Read> {
    return this.#calls.call('sismember', request, this.#parse.read, call);
  }

  sadd(request: CommandRequests['sadd'], call?: HustDbCallOptions): Promise<Write> {
    return this.#calls.call('sadd', request, this.#parse.write, call);
  }

  srem(request: CommandRequests['srem'], call?: HustDbCallOptions): Promise<Write> {
    return this.#calls.call('srem', request, this.#parse.write, call);
  }

  zismember(request: CommandRequests['zismember'], call?: HustDbCallOptions): Promise<Read> {
    return this.#calls.call('zismember', request, this.#parse.read, call);
  }

  /** The score is the value, as decimal text. */
  zscore(request: CommandRequests['zscore'], call?: HustDbCallOptions): Promise<Read> {
    return this.#calls.call('zscore', request, this.#parse.read, call);
  }

  /** A node tells the resulting score in `body`, as decimal text, and an empty one where nothing changed; a front tells neither. */
  zadd(request: CommandRequests['zadd'], call?: HustDbCallOptions): Promise<Write> {
    return this.#calls.call('zadd', request, this.#parse.write, call);
  }

  zrem(request: CommandRequests['zrem'], call?: HustDbCallOptions): Promise<Write> {
    return this.#calls.call('zrem', request, this.#parse.write, call);
  }

  /** `peer`, which node to ask, is for a front, which requires it, as in the other listings that take it. */
  keys(request: CommandRequests['keys'], call?: HustDbCallOptions): Promise<Listing> {
    return this.#calls.call('keys', request, this.#parse.listing, call);
  }

  hkeys(request: CommandRequests['hkeys'], call?: HustDbCallOptions): Promise<Listing> {
    return this.#calls.call('hkeys', request, this.#parse.listing, call);
  }

  smembers(request: CommandRequests['smembers'], call?: HustDbCallOptions): Promise<Listing> {
    return this.#calls.call('smembers', request, this.#parse.listing, call);
  }

  zrangebyrank(request: CommandRequests['zrangebyrank'], call?: HustDbCallOptions): Promise<Listing> {
    return this.#calls.call('zrangebyrank', request, this.#scores, call);
  }

  zrangebyscore(request: CommandRequests['zrangebyscore'], call?: HustDbCallOptions): Promise<Listing> {
    return this.#calls.call('zrangebyscore', request, this.#scores, call);
  }

  /** Rejects calls under way with `HUSTDB_CLOSED` and drops the connections. Idempotent. */
  close(): Promise<void> {
    return this.#calls.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  readonly #scores = (reply: HttpReplyInput): Listing => this.#parse.listing(reply, { scores: true });
}
