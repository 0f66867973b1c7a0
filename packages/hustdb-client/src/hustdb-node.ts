import {
  COMMANDS,
  type CommandName,
  type CommandRequests,
  encodeNodeRequest,
  type HttpReplyInput,
  type NodeBinlogReply,
  type NodeCacheReply,
  type NodeListing,
  type NodeRead,
  type NodeStatistics,
  type NodeWrite,
  parseFileCount,
  parseNodeBinlog,
  parseNodeCacheReply,
  parseNodeListing,
  parseNodeRead,
  parseNodeStatistics,
  parseNodeText,
  parseNodeWrite,
  parseTableStatistics,
  type TableStatistics,
} from '@kvtwin/hustdb-protocol';
import {
  callOf,
  checkClientOptions,
  type HustDbCallOptions,
  type HustDbClientOptions,
} from './client-options.js';
import { type CacheCommand, isWrite } from './command-kind.js';
import { HttpConnection } from './http-connection.js';
import { HustDbClientError } from './hustdb-client-error.js';
import { type AskKeys, type KeyPage, type ListKeysOptions, listKeys } from './list-keys.js';

/**
 * A client of one HustDB storage node. Each command is one method; what a node answers is a result, what keeps it from
 * answering a HustDbClientError. Requests that the node would cut or misread are refused before they are sent.
 *
 * A compare-and-set token (`ver`) must come from a read: from 64 on a node's writes answer another number than reads.
 */
export class HustDbNode {
  readonly #connection: HttpConnection;

  constructor(options: HustDbClientOptions) {
    this.#connection = new HttpConnection(checkClientOptions(options));
  }

  /** `host:port`. */
  get server(): string {
    return this.#connection.server;
  }

  get(request: CommandRequests['get'], call?: HustDbCallOptions): Promise<NodeRead> {
    return this.#call('get', request, parseNodeRead, call);
  }

  exist(request: CommandRequests['exist'], call?: HustDbCallOptions): Promise<NodeRead> {
    return this.#call('exist', request, parseNodeRead, call);
  }

  put(request: CommandRequests['put'], call?: HustDbCallOptions): Promise<NodeWrite> {
    return this.#call('put', request, parseNodeWrite, call);
  }

  del(request: CommandRequests['del'], call?: HustDbCallOptions): Promise<NodeWrite> {
    return this.#call('del', request, parseNodeWrite, call);
  }

  hget(request: CommandRequests['hget'], call?: HustDbCallOptions): Promise<NodeRead> {
    return this.#call('hget', request, parseNodeRead, call);
  }

  hexist(request: CommandRequests['hexist'], call?: HustDbCallOptions): Promise<NodeRead> {
    return this.#call('hexist', request, parseNodeRead, call);
  }

  hset(request: CommandRequests['hset'], call?: HustDbCallOptions): Promise<NodeWrite> {
    return this.#call('hset', request, parseNodeWrite, call);
  }

  hdel(request: CommandRequests['hdel'], call?: HustDbCallOptions): Promise<NodeWrite> {
    return this.#call('hdel', request, parseNodeWrite, call);
  }

  /** The sum is in `body`, as decimal text. */
  hincrby(request: CommandRequests['hincrby'], call?: HustDbCallOptions): Promise<NodeWrite> {
    return this.#call('hincrby', request, parseNodeWrite, call);
  }

  sismember(request: CommandRequests['sismember'], call?: HustDbCallOptions): Promise<NodeRead> {
    return this.#call('sismember', request, parseNodeRead, call);
  }

  sadd(request: CommandRequests['sadd'], call?: HustDbCallOptions): Promise<NodeWrite> {
    return this.#call('sadd', request, parseNodeWrite, call);
  }

  srem(request: CommandRequests['srem'], call?: HustDbCallOptions): Promise<NodeWrite> {
    return this.#call('srem', request, parseNodeWrite, call);
  }

  zismember(request: CommandRequests['zismember'], call?: HustDbCallOptions): Promise<NodeRead> {
    return this.#call('zismember', request, parseNodeRead, call);
  }

  /** The score is the value, as decimal text. */
  zscore(request: CommandRequests['zscore'], call?: HustDbCallOptions): Promise<NodeRead> {
    return this.#call('zscore', request, parseNodeRead, call);
  }

  /** The resulting score is in `body`, as decimal text; an empty one tells that nothing changed. */
  zadd(request: CommandRequests['zadd'], call?: HustDbCallOptions): Promise<NodeWrite> {
    return this.#call('zadd', request, parseNodeWrite, call);
  }

  zrem(request: CommandRequests['zrem'], call?: HustDbCallOptions): Promise<NodeWrite> {
    return this.#call('zrem', request, parseNodeWrite, call);
  }

  keys(request: CommandRequests['keys'], call?: HustDbCallOptions): Promise<NodeListing> {
    return this.#call('keys', request, parseNodeListing, call);
  }

  /**
   * Every key of the node, kv and entries of tables, file by file and page by page, while others write. The cursor of a page
   * goes on behind it. What is written meanwhile may move keys between pages: one may be missed or come twice.
   */
  listKeys(options: ListKeysOptions = {}): AsyncGenerator<KeyPage> {
    const call = callOf(options);
    const server = {
      peer: 0,
      files: () => this.fileCount(call),
      statistics: () => this.statistics(call),
      keys: (request: AskKeys) => this.keys(request, call),
    };
    return listKeys([0], () => server, options);
  }

  hkeys(request: CommandRequests['hkeys'], call?: HustDbCallOptions): Promise<NodeListing> {
    return this.#call('hkeys', request, parseNodeListing, call);
  }

  smembers(request: CommandRequests['smembers'], call?: HustDbCallOptions): Promise<NodeListing> {
    return this.#call('smembers', request, parseNodeListing, call);
  }

  zrangebyrank(request: CommandRequests['zrangebyrank'], call?: HustDbCallOptions): Promise<NodeListing> {
    return this.#call('zrangebyrank', request, parseScores, call);
  }

  zrangebyscore(request: CommandRequests['zrangebyscore'], call?: HustDbCallOptions): Promise<NodeListing> {
    return this.#call('zrangebyscore', request, parseScores, call);
  }

  /** A command of the node's cache, by its name in the documents: `cache('get', { key })`. */
  cache<C extends CacheCommand>(
    command: C,
    request: CommandRequests[`cache_${C}`],
    call?: HustDbCallOptions,
  ): Promise<NodeCacheReply> {
    return this.#call(`cache_${command}`, request, parseNodeCacheReply, call);
  }

  /** Has the node send a write that it took on to the node at `host`, in its own time. */
  binlog(request: CommandRequests['binlog'], call?: HustDbCallOptions): Promise<NodeBinlogReply> {
    return this.#call('binlog', request, parseNodeBinlog, call);
  }

  /** JSON text; undefined for a table that is not there. */
  stat(request: CommandRequests['stat'], call?: HustDbCallOptions): Promise<string | undefined> {
    return this.#call('stat', request, parseNodeText, call);
  }

  /** JSON text. */
  statAll(call?: HustDbCallOptions): Promise<string | undefined> {
    return this.#call('stat_all', {}, parseNodeText, call);
  }

  /** What {@link statAll} tells, read: kv, all hashes together, and every table. */
  statistics(call?: HustDbCallOptions): Promise<NodeStatistics> {
    return this.#call('stat_all', {}, (reply) => parseNodeStatistics(parseNodeText(reply) ?? ''), call);
  }

  /** What {@link stat} tells of a table, read; undefined for one that is not there. */
  tableStatistics(table: string, call?: HustDbCallOptions): Promise<TableStatistics | undefined> {
    return this.#call('stat', { table }, (reply) => statisticsOf(parseNodeText(reply)), call);
  }

  /** Has the node make a snapshot to list from with `async`; a token, or undefined where there is one already. */
  exportSnapshot(request: CommandRequests['export'], call?: HustDbCallOptions): Promise<string | undefined> {
    return this.#call('export', request, parseNodeText, call);
  }

  /** `0` an export waits, `1` it runs, `2` it is over, `3` the node does not know (it remembers three). */
  taskStatus(request: CommandRequests['task_status'], call?: HustDbCallOptions): Promise<string | undefined> {
    return this.#call('task_status', request, parseNodeText, call);
  }

  /** JSON text: how many exports wait, run and are over. */
  taskInfo(call?: HustDbCallOptions): Promise<string | undefined> {
    return this.#call('task_info', {}, parseNodeText, call);
  }

  /** JSON text: the node's counters of its own work. */
  info(call?: HustDbCallOptions): Promise<string | undefined> {
    return this.#call('info', {}, parseNodeText, call);
  }

  fileCount(call?: HustDbCallOptions): Promise<number> {
    return this.#call('file_count', {}, parseFileCount, call);
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
    const context = { server: this.server, operation: command };
    let sent = false;
    try {
      const encoded = encodeNodeRequest(command, request);
      const reply = await this.#connection.send(
        encoded,
        { operation: command, write, dropAfterRefusedBody: false },
        call,
      );
      sent = true;
      return parse(reply);
    } catch (error) {
      throw HustDbClientError.fromProtocol(error, { ...context, mayHaveBeenApplied: write && sent });
    }
  }
}

function statisticsOf(text: string | undefined): TableStatistics | undefined {
  return text === undefined ? undefined : parseTableStatistics(text);
}

function parseScores(reply: HttpReplyInput): NodeListing {
  return parseNodeListing(reply, { scores: true });
}
