import {
  type CommandRequests,
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
import type { Receiver } from '@kvtwin/versioned-value';
import { callOf, type HustDbCallOptions, type HustDbClientOptions } from './client-options.js';
import { CommandCalls } from './command-calls.js';
import type { CacheCommand } from './command-kind.js';
import { KeyCommands } from './key-commands.js';
import { type AskKeys, type KeyPage, type ListKeysOptions, listKeys } from './list-keys.js';

/**
 * A client of one HustDB storage node. Each command is one method; what a node answers is a result, what keeps it from
 * answering a HustDbClientError. Requests that the node would cut or misread are refused before they are sent.
 *
 * A compare-and-set token (`ver`) must come from a read: from 64 on a node's writes answer another number than reads.
 */
export class HustDbNode extends KeyCommands<NodeRead, NodeWrite, NodeListing> {
  readonly #calls: CommandCalls;

  constructor(options: HustDbClientOptions) {
    const calls = new CommandCalls(options, 'node');
    super(calls, { read: parseNodeRead, write: parseNodeWrite, listing: parseNodeListing });
    this.#calls = calls;
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

  /** @internal A read of one key without a promise. Never throws. */
  readTo<C extends 'get' | 'hget' | 'sismember' | 'zscore'>(
    command: C,
    request: CommandRequests[C],
    call: HustDbCallOptions,
    receiver: Receiver<NodeRead>,
  ): void {
    this.#calls.callTo(command, request, parseNodeRead, call, receiver);
  }

  /** A command of the node's cache, by its name in the documents: `cache('get', { key })`. */
  cache<C extends CacheCommand>(
    command: C,
    request: CommandRequests[`cache_${C}`],
    call?: HustDbCallOptions,
  ): Promise<NodeCacheReply> {
    return this.#calls.call(`cache_${command}`, request, parseNodeCacheReply, call);
  }

  /** Has the node send a write that it took on to the node at `host`, in its own time. */
  binlog(request: CommandRequests['binlog'], call?: HustDbCallOptions): Promise<NodeBinlogReply> {
    return this.#calls.call('binlog', request, parseNodeBinlog, call);
  }

  /** JSON text; undefined for a table that is not there. */
  stat(request: CommandRequests['stat'], call?: HustDbCallOptions): Promise<string | undefined> {
    return this.#calls.call('stat', request, parseNodeText, call);
  }

  /** JSON text. */
  statAll(call?: HustDbCallOptions): Promise<string | undefined> {
    return this.#calls.call('stat_all', {}, parseNodeText, call);
  }

  /** What {@link statAll} tells, read: kv, all hashes together, and every table. */
  statistics(call?: HustDbCallOptions): Promise<NodeStatistics> {
    return this.#calls.call('stat_all', {}, (reply) => parseNodeStatistics(parseNodeText(reply) ?? ''), call);
  }

  /** What {@link stat} tells of a table, read; undefined for one that is not there. */
  tableStatistics(table: string, call?: HustDbCallOptions): Promise<TableStatistics | undefined> {
    return this.#calls.call('stat', { table }, (reply) => statisticsOf(parseNodeText(reply)), call);
  }

  /** Has the node make a snapshot to list from with `async`; a token, or undefined where there is one already. */
  exportSnapshot(request: CommandRequests['export'], call?: HustDbCallOptions): Promise<string | undefined> {
    return this.#calls.call('export', request, parseNodeText, call);
  }

  /** `0` an export waits, `1` it runs, `2` it is over, `3` the node does not know (it remembers three). */
  taskStatus(request: CommandRequests['task_status'], call?: HustDbCallOptions): Promise<string | undefined> {
    return this.#calls.call('task_status', request, parseNodeText, call);
  }

  /** JSON text: how many exports wait, run and are over. */
  taskInfo(call?: HustDbCallOptions): Promise<string | undefined> {
    return this.#calls.call('task_info', {}, parseNodeText, call);
  }

  /** JSON text: the node's counters of its own work. */
  info(call?: HustDbCallOptions): Promise<string | undefined> {
    return this.#calls.call('info', {}, parseNodeText, call);
  }

  fileCount(call?: HustDbCallOptions): Promise<number> {
    return this.#calls.call('file_count', {}, parseFileCount, call);
  }
}

function statisticsOf(text: string | undefined): TableStatistics | undefined {
  return text === undefined ? undefined : parseTableStatistics(text);
}
