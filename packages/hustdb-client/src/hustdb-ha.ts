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
  type NodeStatistics,
  parseHaCacheWrite,
  parseHaListing,
  parseHaRead,
  parseHaText,
  parseHaWrite,
  parseNodeStatistics,
  parsePairReply,
  parseSetTable,
  type SetTableReply,
} from '@kvtwin/hustdb-protocol';
import type { PairRead } from '@kvtwin/versioned-value';
import {
  callOf,
  checkClientOptions,
  type HustDbCallOptions,
  type HustDbClientOptions,
} from './client-options.js';
import { type CacheCommand, type CacheRead, isWrite, type TextCommand } from './command-kind.js';
import { HttpConnection } from './http-connection.js';
import { HustDbClientError } from './hustdb-client-error.js';
import { type KeyPage, type KeyServer, type ListKeysOptions, listKeys } from './list-keys.js';

/** Which nodes a front lists, and how. */
export interface ListHaKeysOptions extends ListKeysOptions {
  /** Their numbers at the front, in the order wanted. Default: all, as `peer_count` tells. */
  readonly peers?: readonly number[];
}

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

  /**
   * Every key of the cluster's nodes, or of those in `peers`: node by node, file by file, page by page, while others write.
   * A key comes once for each node that holds it. The cursor of a page goes on behind it. Rejects with `HUSTDB_PEER_FAILED`
   * where the front gets no listing from a node.
   */
  async *listKeys({ peers, ...options }: ListHaKeysOptions = {}): AsyncGenerator<KeyPage> {
    const call = callOf(options);
    const serverOf = (peer: number): KeyServer => ({
      peer,
      files: () => this.fileCount(peer, call),
      statistics: () => this.statistics(peer, call),
      keys: async (request) => {
        const listing = await this.keys({ peer, ...request }, call);
        if (listing.outcome === 'failed') throw this.#peerFailed('keys', peer);
        return listing;
      },
    });
    yield* listKeys(peers ?? (await this.#allPeers(call)), serverOf, options);
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

  /** How many nodes the front has; `peer` counts them from 0. */
  async peerCount(call?: HustDbCallOptions): Promise<number> {
    return this.#number('peer_count', await this.text('peer_count', {}, call));
  }

  /** How many files a node has. Rejects with `HUSTDB_PEER_FAILED` where the front gets no answer from it. */
  async fileCount(peer: number, call: HustDbCallOptions = {}): Promise<number> {
    return this.#number('file_count', await this.#peerText('file_count', peer, call));
  }

  /** Counters of a node: kv, all hashes together, every table. Rejects with `HUSTDB_PEER_FAILED` as {@link fileCount}. */
  async statistics(peer: number, call: HustDbCallOptions = {}): Promise<NodeStatistics> {
    const text = await this.#peerText('stat_all', peer, call);
    try {
      return parseNodeStatistics(text);
    } catch (error) {
      const context = { server: this.server, operation: 'stat_all', mayHaveBeenApplied: false };
      throw HustDbClientError.fromProtocol(error, context);
    }
  }

  /** Whether the front's sync server, which replays what a node missed, answers. */
  async syncAlive(call?: HustDbCallOptions): Promise<boolean> {
    return (await this.text('sync_alive', {}, call)) !== undefined;
  }

  /** The front's name and version, as `hustdbha 1.7`. */
  async version(call?: HustDbCallOptions): Promise<string | undefined> {
    return (await this.text('version', {}, call))?.trimEnd();
  }

  /** The cluster's table file (`/get_table`), as JSON text; undefined where the front has none. */
  getTable(call?: HustDbCallOptions): Promise<string | undefined> {
    return this.text('get_table', {}, call);
  }

  /** The two steps of giving the cluster another table: without `id` a challenge, with it the table as `value`. */
  setTable(request: CommandRequests['set_table'], call?: HustDbCallOptions): Promise<SetTableReply> {
    return this.#call('set_table', request, parseSetTable, call);
  }

  /** Rejects calls under way with `HUSTDB_CLOSED` and drops the connections. Idempotent. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #allPeers(call: HustDbCallOptions): Promise<number[]> {
    return Array.from({ length: await this.peerCount(call) }, (_, peer) => peer);
  }

  async #peerText(
    command: 'file_count' | 'stat_all',
    peer: number,
    call: HustDbCallOptions,
  ): Promise<string> {
    const text = await this.text(command, { peer }, call);
    if (text === undefined) throw this.#peerFailed(command, peer);
    return text;
  }

  #number(operation: string, text: string | undefined): number {
    if (text !== undefined && /^\d{1,6}$/.test(text)) return Number(text);
    throw new HustDbClientError(
      `${operation} at ${this.server} answered ${JSON.stringify(text?.slice(0, 40))} instead of a number`,
      { code: 'HUSTDB_MALFORMED_REPLY', server: this.server, operation },
    );
  }

  #peerFailed(operation: string, peer: number): HustDbClientError {
    return new HustDbClientError(
      `${operation} at ${this.server}: the front got no answer from peer ${peer}`,
      {
        code: 'HUSTDB_PEER_FAILED',
        server: this.server,
        operation,
      },
    );
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
