import {
  type CommandRequests,
  type HaCacheWrite,
  type HaListing,
  type HaRead,
  type HaWrite,
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
import { callOf, type HustDbCallOptions, type HustDbClientOptions } from './client-options.js';
import { CommandCalls } from './command-calls.js';
import type { CacheCommand, CacheRead, TextCommand } from './command-kind.js';
import { HustDbClientError } from './hustdb-client-error.js';
import { KeyCommands } from './key-commands.js';
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
export class HustDbHa extends KeyCommands<HaRead, HaWrite, HaListing> {
  readonly #calls: CommandCalls;

  constructor(options: HustDbClientOptions) {
    const calls = new CommandCalls(options, 'ha');
    super(calls, { read: parseHaRead, write: parseHaWrite, listing: parseHaListing });
    this.#calls = calls;
  }

  /** What both masters hold. A 404 is `unreadable`: absent, one-sided and failed look alike. */
  get2(request: CommandRequests['get2'], call?: HustDbCallOptions): Promise<PairRead> {
    return this.#calls.call('get2', request, (reply) => parsePairReply('/get2', reply), call);
  }

  /** What both masters hold. A 404 is `unreadable`: absent, one-sided and failed look alike. */
  hget2(request: CommandRequests['hget2'], call?: HustDbCallOptions): Promise<PairRead> {
    return this.#calls.call('hget2', request, (reply) => parsePairReply('/hget2', reply), call);
  }

  /** What both masters say. A 404 is `unreadable`: absent, one-sided and failed look alike. */
  sismember2(request: CommandRequests['sismember2'], call?: HustDbCallOptions): Promise<PairRead<null>> {
    return this.#calls.call('sismember2', request, (reply) => parsePairReply('/sismember2', reply), call);
  }

  /** The scores that both masters hold. A 404 is `unreadable`: absent, one-sided and failed look alike. */
  zscore2(request: CommandRequests['zscore2'], call?: HustDbCallOptions): Promise<PairRead> {
    return this.#calls.call('zscore2', request, (reply) => parsePairReply('/zscore2', reply), call);
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

  /** A read of the cache of the first master that has it: `cacheRead('get', { key })`. Its version is empty. */
  cacheRead<C extends CacheRead>(
    command: C,
    request: CommandRequests[`cache_${C}`],
    call?: HustDbCallOptions,
  ): Promise<HaRead> {
    return this.#calls.call(`cache_${command}`, request, parseHaRead, call);
  }

  /** A write to the caches of both masters: `cacheWrite('put', { key, value })`. */
  cacheWrite<C extends Exclude<CacheCommand, CacheRead>>(
    command: C,
    request: CommandRequests[`cache_${C}`],
    call?: HustDbCallOptions,
  ): Promise<HaCacheWrite> {
    return this.#calls.call(`cache_${command}`, request, parseHaCacheWrite, call);
  }

  /** What the HA says about itself or one of its nodes, as text; undefined where it, or that node, has no answer. */
  text<C extends TextCommand>(
    command: C,
    request: CommandRequests[C],
    call?: HustDbCallOptions,
  ): Promise<string | undefined> {
    return this.#calls.call(command, request, parseHaText, call);
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
    return this.#calls.call('set_table', request, parseSetTable, call);
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
}
