import {
  COMMANDS,
  type CommandName,
  type CommandRequests,
  encodeNodeRequest,
  type HttpReplyInput,
  type NodeListing,
  type NodeRead,
  type NodeWrite,
  parseFileCount,
  parseNodeListing,
  parseNodeRead,
  parseNodeText,
  parseNodeWrite,
} from '@kvtwin/hustdb-protocol';
import { checkClientOptions, type HustDbCallOptions, type HustDbClientOptions } from './client-options.js';
import { HttpConnection } from './http-connection.js';
import { HustDbClientError } from './hustdb-client-error.js';

/**
 * A client of one HustDB storage node. Each command is one method; what a node answers is a result, what keeps it from
 * answering a HustDbClientError. Requests that the node would cut or misread are refused before they are sent.
 *
 * A compare-and-set token (`ver`) must come from a read: from 64 on a node's writes answer another number than reads.
 */
export class HustDbNodeClient {
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

  keys(request: CommandRequests['keys'], call?: HustDbCallOptions): Promise<NodeListing> {
    return this.#call('keys', request, parseNodeListing, call);
  }

  hkeys(request: CommandRequests['hkeys'], call?: HustDbCallOptions): Promise<NodeListing> {
    return this.#call('hkeys', request, parseNodeListing, call);
  }

  /** JSON text; undefined for a table that is not there. */
  stat(request: CommandRequests['stat'], call?: HustDbCallOptions): Promise<string | undefined> {
    return this.#call('stat', request, parseNodeText, call);
  }

  /** JSON text. */
  statAll(call?: HustDbCallOptions): Promise<string | undefined> {
    return this.#call('stat_all', {}, parseNodeText, call);
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
    const write = kind === 'write' || kind === 'increment';
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
