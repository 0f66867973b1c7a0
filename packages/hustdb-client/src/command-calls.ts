import {
  COMMANDS,
  type CommandName,
  type CommandRequests,
  encodeHaRequest,
  encodeNodeRequest,
  type HttpReplyInput,
} from '@kvtwin/hustdb-protocol';
import { checkClientOptions, type HustDbCallOptions, type HustDbClientOptions } from './client-options.js';
import { isWrite } from './command-kind.js';
import { HttpConnection } from './http-connection.js';
import { HustDbClientError } from './hustdb-client-error.js';
import type { SendContext } from './pending-exchange.js';

/** Commands to one server: encoded, sent, their replies read; what goes wrong says of which command. */
export class CommandCalls {
  readonly #kind: 'node' | 'ha';
  readonly #connection: HttpConnection;
  readonly #contexts = new Map<CommandName, SendContext>();

  constructor(options: HustDbClientOptions, kind: 'node' | 'ha') {
    this.#kind = kind;
    this.#connection = new HttpConnection(checkClientOptions(options));
  }

  /** `host:port`. */
  get server(): string {
    return this.#connection.server;
  }

  /** Rejects with a HustDbClientError. */
  async call<C extends CommandName, R>(
    command: C,
    request: CommandRequests[C],
    parse: (reply: HttpReplyInput) => R,
    call?: HustDbCallOptions,
  ): Promise<R> {
    const context = this.#contextOf(command);
    let sent = false;
    try {
      const encode = this.#kind === 'node' ? encodeNodeRequest : encodeHaRequest;
      const reply = await this.#connection.send(encode(command, request), context, call);
      sent = true;
      return parse(reply);
    } catch (error) {
      const mayHaveBeenApplied = context.write && sent;
      throw HustDbClientError.fromProtocol(error, {
        server: this.server,
        operation: command,
        mayHaveBeenApplied,
      });
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #contextOf(command: CommandName): SendContext {
    let context = this.#contexts.get(command);
    if (context === undefined) {
      const write = isWrite(COMMANDS[command].reply);
      // A front leaves the body of a write that it refuses unread in its connection.
      context = { operation: command, write, dropAfterRefusedBody: write && this.#kind === 'ha' };
      this.#contexts.set(command, context);
    }
    return context;
  }
}
