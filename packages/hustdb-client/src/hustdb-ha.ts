import {
  COMMANDS,
  type CommandName,
  type CommandRequests,
  encodeHaRequest,
  type HaCacheWrite,
  type HaListing,
  type HaRead,
  type HaWrite,
  type HttpReplyInput,
  parseHaCacheWrite,
  parseHaListing,
  parseHaRead,
  parseHaText,
  parseHaWrite,
  parseNodeText,
  parsePairReply,
} from '@kvtwin/hustdb-protocol';
import type { PairRead } from '@kvtwin/versioned-value';
import { checkClientOptions, type HustDbCallOptions, type HustDbClientOptions } from './client-options.js';
import { type CacheCommand, type CacheRead, isWrite, type TextCommand } from './command-kind.js';
import { HttpConnection } from './http-connection.js';
import { HustDbClientError } from './hustdb-client-error.js';

/**
 * A client of a HustDB HA front. Requests that would make the HA close, hang or lose track of its connection are refused
 * before they are sent, and a connection on which it refused a write's body is dropped: it leaves the body unread. (A read
 * that is not refused has its body read, whatever the answer is.)
 */
export class HustDbHa {
  readonly #connection: HttpConnection;

  constructor(options: HustDbClientOptions) {
    this.#connection = new HttpConnection(checkClientOptions(options));
  }

  /** `host:port`. */
  get server(): string {
    return this.#connection.server;
  }

  get(request: CommandRequests['get'], call?: HustDbCallOptions): Promise<HaRead> {
    return this.#call('get', request, parseHaRead, call);
  }

  exist(request: CommandRequests['exist'], call?: HustDbCallOptions): Promise<HaRead> {
    return this.#call('exist', request, parseHaRead, call);
  }

  /** What both masters hold. A 404 is `unreadable`: absent, one-sided and failed look alike. */
  get2(request: CommandRequests['get2'], call?: HustDbCallOptions): Promise<PairRead> {
    return this.#call('get2', request, (reply) => parsePairReply('/get2', reply), call);
  }

  put(request: CommandRequests['put'], call?: HustDbCallOptions): Promise<HaWrite> {
    return this.#call('put', request, parseHaWrite, call);
  }

  del(request: CommandRequests['del'], call?: HustDbCallOptions): Promise<HaWrite> {
    return this.#call('del', request, parseHaWrite, call);
  }

  hget(request: CommandRequests['hget'], call?: HustDbCallOptions): Promise<HaRead> {
    return this.#call('hget', request, parseHaRead, call);
  }

  hexist(request: CommandRequests['hexist'], call?: HustDbCallOptions): Promise<HaRead> {
    return this.#call('hexist', request, parseHaRead, call);
  }

  /** What both masters hold. A 404 is `unreadable`: absent, one-sided and failed look alike. */
  hget2(request: CommandRequests['hget2'], call?: HustDbCallOptions): Promise<PairRead> {
    return this.#call('hget2', request, (reply) => parsePairReply('/hget2', reply), call);
  }

  hset(request: CommandRequests['hset'], call?: HustDbCallOptions): Promise<HaWrite> {
    return this.#call('hset', request, parseHaWrite, call);
  }

  hdel(request: CommandRequests['hdel'], call?: HustDbCallOptions): Promise<HaWrite> {
    return this.#call('hdel', request, parseHaWrite, call);
  }

  /** The sum is in `body`, as decimal text; there is no version. Goes to one master; the other one follows later. */
  hincrby(request: CommandRequests['hincrby'], call?: HustDbCallOptions): Promise<HaWrite> {
    return this.#call('hincrby', request, parseHaWrite, call);
  }

  /** POST only: the HA does not take another method. */
  sismember(request: CommandRequests['sismember'], call?: HustDbCallOptions): Promise<HaRead> {
    return this.#call('sismember', request, parseHaRead, call);
  }

  /** What both masters say. A 404 is `unreadable`: absent, one-sided and failed look alike. */
  sismember2(request: CommandRequests['sismember2'], call?: HustDbCallOptions): Promise<PairRead<null>> {
    return this.#call('sismember2', request, (reply) => parsePairReply('/sismember2', reply), call);
  }

  sadd(request: CommandRequests['sadd'], call?: HustDbCallOptions): Promise<HaWrite> {
    return this.#call('sadd', request, parseHaWrite, call);
  }

  srem(request: CommandRequests['srem'], call?: HustDbCallOptions): Promise<HaWrite> {
    return this.#call('srem', request, parseHaWrite, call);
  }

  zismember(request: CommandRequests['zismember'], call?: HustDbCallOptions): Promise<HaRead> {
    return this.#call('zismember', request, parseHaRead, call);
  }

  /** The score is the value, as decimal text. */
  zscore(request: CommandRequests['zscore'], call?: HustDbCallOptions): Promise<HaRead> {
    return this.#call('zscore', request, parseHaRead, call);
  }

  /** The scores that both masters hold. A 404 is `unreadable`: absent, one-sided and failed look alike. */
  zscore2(request: CommandRequests['zscore2'], call?: HustDbCallOptions): Promise<PairRead> {
    return this.#call('zscore2', request, (reply) => parsePairReply('/zscore2', reply), call);
  }

  /** The resulting score is not told. */
  zadd(request: CommandRequests['zadd'], call?: HustDbCallOptions): Promise<HaWrite> {
    return this.#call('zadd', request, parseHaWrite, call);
  }

  zrem(request: CommandRequests['zrem'], call?: HustDbCallOptions): Promise<HaWrite> {
    return this.#call('zrem', request, parseHaWrite, call);
  }

  /** `peer`, which node to ask, is required here, as in the other listings that take it. */
  keys(request: CommandRequests['keys'], call?: HustDbCallOptions): Promise<HaListing> {
    return this.#call('keys', request, parseHaListing, call);
  }

  hkeys(request: CommandRequests['hkeys'], call?: HustDbCallOptions): Promise<HaListing> {
    return this.#call('hkeys', request, parseHaListing, call);
  }

  smembers(request: CommandRequests['smembers'], call?: HustDbCallOptions): Promise<HaListing> {
    return this.#call('smembers', request, parseHaListing, call);
  }

  zrangebyrank(request: CommandRequests['zrangebyrank'], call?: HustDbCallOptions): Promise<HaListing> {
    return this.#call('zrangebyrank', request, parseScores, call);
  }

  zrangebyscore(request: CommandRequests['zrangebyscore'], call?: HustDbCallOptions): Promise<HaListing> {
    return this.#call('zrangebyscore', request, parseScores, call);
  }

  /** A read of the cache of the first master that has it: `cacheRead('get', { key })`. Its version is empty. */
  cacheRead<C extends CacheRead>(
    command: C,
    request: CommandRequests[`cache_${C}`],
    call?: HustDbCallOptions,
  ): Promise<HaRead> {
    return this.#call(`cache_${command}`, request, parseHaRead, call);
  }

  /** A write to the caches of both masters: `cacheWrite('put', { key, value })`. */
  cacheWrite<C extends Exclude<CacheCommand, CacheRead>>(
    command: C,
    request: CommandRequests[`cache_${C}`],
    call?: HustDbCallOptions,
  ): Promise<HaCacheWrite> {
    return this.#call(`cache_${command}`, request, parseHaCacheWrite, call);
  }

  /** What the HA says about itself or one of its nodes, as text; undefined where it, or that node, has no answer. */
  text<C extends TextCommand>(
    command: C,
    request: CommandRequests[C],
    call?: HustDbCallOptions,
  ): Promise<string | undefined> {
    return this.#call(command, request, parseHaText, call);
  }

  /** The cluster's table file (`/get_table`), as JSON text; undefined where the front has none. */
  async getTable(call?: HustDbCallOptions): Promise<string | undefined> {
    const context = { operation: 'get_table', write: false, dropAfterRefusedBody: false };
    try {
      const reply = await this.#connection.send(
        { method: 'GET', target: '/get_table', headers: [] },
        context,
        call,
      );
      return parseNodeText(reply);
    } catch (error) {
      throw HustDbClientError.fromProtocol(error, {
        server: this.server,
        operation: 'get_table',
        mayHaveBeenApplied: false,
      });
    }
  }

  /** Rejects calls under way with `HUSTDB_CLOSED` and drops the connections. Idempotent. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #call<C extends CommandName, R>(
    command: C,
    request: CommandRequests[C],
    parse: (reply: HttpReplyInput) => R,
    call?: HustDbCallOptions,
  ): Promise<R> {
    const { reply: kind } = COMMANDS[command];
    const write = isWrite(kind);
    let sent = false;
    try {
      const encoded = encodeHaRequest(command, request);
      const reply = await this.#connection.send(
        encoded,
        { operation: command, write, dropAfterRefusedBody: write },
        call,
      );
      sent = true;
      return parse(reply);
    } catch (error) {
      const context = { server: this.server, operation: command, mayHaveBeenApplied: write && sent };
      throw HustDbClientError.fromProtocol(error, context);
    }
  }
}

function parseScores(reply: HttpReplyInput): HaListing {
  return parseHaListing(reply, { scores: true });
}
