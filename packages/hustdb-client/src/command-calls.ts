import {
  COMMANDS,
  type CommandName,
  type CommandRequests,
  encodeHaRequest,
  encodeNodeRequest,
  type HttpReplyInput,
  type HttpRequest,
} from '@kvtwin/hustdb-protocol';
import type { Receiver } from '@kvtwin/versioned-value';
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
  call<C extends CommandName, R>(
    command: C,
    request: CommandRequests[C],
    parse: (reply: HttpReplyInput) => R,
    call: HustDbCallOptions = {},
  ): Promise<R> {
    return new Promise((resolve, reject) =>
      this.callTo(command, request, parse, call, { succeed: resolve, fail: reject }),
    );
  }

  /** {@link call} without a promise. Never throws. */
  callTo<C extends CommandName, R>(
    command: C,
    request: CommandRequests[C],
    parse: (reply: HttpReplyInput) => R,
    call: HustDbCallOptions,
    receiver: Receiver<R>,
  ): void {
    const context = this.#contextOf(command);
    const encode = this.#kind === 'node' ? encodeNodeRequest : encodeHaRequest;
    let encoded: HttpRequest;
    try {
      encoded = encode(command, request);
    } catch (error) {
      receiver.fail(this.#errorOf(error, command, false));
      return;
    }
    this.#connection.sendTo(encoded, context, call, {
      succeed: (reply) => {
        let result: R;
        try {
          result = parse(reply);
        } catch (error) {
          receiver.fail(this.#errorOf(error, command, context.write));
          return;
        }
        receiver.succeed(result);
      },
      fail: (error) => receiver.fail(this.#errorOf(error, command, false)),
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** What already is a HustDbClientError stays as it is. */
  #errorOf(error: unknown, operation: CommandName, mayHaveBeenApplied: boolean): unknown {
    return HustDbClientError.fromProtocol(error, { server: this.server, operation, mayHaveBeenApplied });
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
