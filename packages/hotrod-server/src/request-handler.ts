import type { ByteWriter } from '@kvtwin/bytes';
import {
  type AnyReply,
  type AuthMechListReply,
  type AuthReply,
  type AuthRequest,
  type CacheEvent,
  ClientIntelligence,
  encodeError,
  encodeEvent,
  encodeResponse,
  HotRodProtocolError,
  operations,
  RequestFlag,
  type RequestHeader,
  type RequestMessage,
  Status,
  versionByte,
} from '@kvtwin/hotrod-protocol';
import { answerPing } from './answer-ping.js';
import { Authentication } from './authentication.js';
import { cacheHandlers, connectionOperations } from './cache-handlers.js';
import type { CacheHost } from './cache-host.js';
import { checkMediaTypes } from './check-media-types.js';
import type { EventSink } from './event-sink.js';
import type { HostedCache } from './hosted-cache.js';
import { HotRodServerError } from './hot-rod-server-error.js';
import type { RequestCall } from './request-call.js';
import { RequestFailure } from './request-failure.js';

/** Requests that neither send keys or values nor get any: their media types convert nothing. */
const withoutContent: ReadonlySet<string> = new Set([
  'size',
  'clear',
  'stats',
  'iterationEnd',
  'removeClientListener',
]);

type AnyHandler = (call: RequestCall<unknown>) => AnyReply;

const handlers = cacheHandlers as unknown as Readonly<Record<string, AnyHandler | undefined>>;

/** Carries out the requests of one connection on the caches of a server. */
export class RequestHandler {
  readonly #host: CacheHost;
  readonly #owner: EventSink;
  readonly #authentication: Authentication;

  /** `owner`: the connection; its iterations and listeners end with it. */
  constructor(host: CacheHost, owner: EventSink) {
    this.#host = host;
    this.#owner = owner;
    this.#authentication = new Authentication(host.auth);
  }

  /**
   * Carries out a request and appends its reply, or its error. Where events come before the reply, their rest and the
   * reply are appended step by step by the iterator that is returned. Throws a HotRodProtocolError, with the answer that is
   * due, where the connection must be closed.
   */
  handle(message: RequestMessage, writer: ByteWriter): Iterator<void> | undefined {
    const { header, operation } = message;
    this.#checkVersion(header);
    try {
      this.#authentication.check(operation.name);
      if (!isServed(operation.name)) {
        throw unknownOperation(operation.requestOpcode);
      }
      const hosted = isAboutLogin(message) ? undefined : this.#cacheOf(message);
      let before: Iterator<CacheEvent> | undefined;
      const reply = this.#reply(message, hosted, (events) => {
        before = events;
      });
      if (before !== undefined) {
        return this.#replyBehind(before, message, hosted, reply, writer);
      }
      this.#append(message, hosted, reply, writer);
    } catch (error) {
      encodeError(writer, { messageId: header.messageId, ...failureOf(error) });
    }
    return undefined;
  }

  *#replyBehind(
    events: Iterator<CacheEvent>,
    message: RequestMessage,
    hosted: HostedCache | undefined,
    reply: AnyReply,
    writer: ByteWriter,
  ): Generator<void, void> {
    for (let next = events.next(); !next.done; next = events.next()) {
      encodeEvent(writer, next.value);
      yield;
    }
    this.#append(message, hosted, reply, writer);
  }

  #append(
    { header, operation }: RequestMessage,
    hosted: HostedCache | undefined,
    reply: AnyReply,
    writer: ByteWriter,
  ): void {
    const { messageId, version, intelligence } = header;
    const objectStorage = hosted?.options.keyMediaType === 'application/x-java-object';
    const topology = this.#topologyFor(header, hosted);
    encodeResponse(writer, operation, { messageId, objectStorage, topology }, reply, {
      version,
      intelligence,
    });
  }

  #reply(
    message: RequestMessage,
    hosted: HostedCache | undefined,
    replyAfter: (events: Iterator<CacheEvent>) => void,
  ): AnyReply {
    const { header, operation, request } = message;
    if (operation.name === operations.ping.name) {
      return answerPing(this.#host, hosted);
    }
    if (isAboutLogin(message)) {
      return this.#answerLogin(message);
    }
    const handler = handlers[operation.name];
    if (handler === undefined || hosted === undefined) {
      throw unknownOperation(operation.requestOpcode);
    }
    if (!withoutContent.has(operation.name)) {
      checkMediaTypes(header, hosted.options);
    }
    const call = { header, request, hosted, host: this.#host, owner: this.#owner, replyAfter };
    const isSilent = (header.flags & RequestFlag.SKIP_LISTENER_NOTIFICATION) !== 0;
    return isSilent ? hosted.cache.changes.silently(() => handler(call)) : handler(call);
  }

  #answerLogin({ operation, request }: RequestMessage): AuthMechListReply | AuthReply {
    return operation.name === operations.authMechList.name
      ? { outcome: 'ok', mechanisms: this.#authentication.mechanisms }
      : this.#authentication.step(request as AuthRequest);
  }

  /** The cache that a request names; undefined for a ping without a name where there is no default cache. */
  #cacheOf({ header, operation }: RequestMessage): HostedCache | undefined {
    const name = header.cacheName === '' ? this.#host.defaultCache : header.cacheName;
    if (name === undefined) {
      if (operation.name === operations.ping.name) {
        return undefined;
      }
      throw cacheNotFound('Default cache requested but not configured');
    }
    const hosted = this.#host.find(name);
    if (hosted === undefined && name.startsWith('___')) {
      throw new RequestFailure(
        Status.REQUEST_PARSING_ERROR,
        'org.infinispan.server.hotrod.RequestParsingException: Remote requests are not allowed to private caches. ' +
          `Do no send remote requests to cache '${name}'`,
      );
    }
    if (hosted === undefined) {
      // Clients recognise a missing cache by the class name in this text (Hot Rod 4.0 §error text contracts).
      throw cacheNotFound(`Cache with name '${name}' not found amongst the configured caches`);
    }
    return hosted;
  }

  /** The members of the cluster, for a client that wants to know them and does not yet. */
  #topologyFor({ intelligence, topologyId }: RequestHeader, hosted: HostedCache | undefined) {
    const wanted =
      intelligence === ClientIntelligence.TOPOLOGY_AWARE ||
      intelligence === ClientIntelligence.HASH_DISTRIBUTION_AWARE;
    const topology = wanted && hosted ? this.#host.cluster?.topologyOf(hosted.cache.name) : undefined;
    return topology?.topologyId === topologyId ? undefined : topology;
  }

  #checkVersion({ version, messageId }: RequestHeader): void {
    const { maxVersion } = this.#host;
    if (versionByte(version) > versionByte(maxVersion)) {
      throw new HotRodProtocolError(
        `protocol ${version} is not spoken here; supported are 2.0 to ${maxVersion}`,
        {
          code: 'HOTROD_UNKNOWN_VERSION',
          answer: { status: Status.UNKNOWN_VERSION, messageId },
          close: true,
        },
      );
    }
  }
}

/** These two look at no cache, whatever their header names. */
function isAboutLogin({ operation }: RequestMessage): boolean {
  return operation.name === operations.authMechList.name || operation.name === operations.auth.name;
}

/** A counter, for instance, needs no cache: it is not refused for the lack of one. */
function isServed(operationName: string): boolean {
  return operationName in handlers || operationName in connectionOperations;
}

function unknownOperation(opcode: number): RequestFailure {
  return new RequestFailure(
    Status.UNKNOWN_OPERATION,
    `org.infinispan.server.hotrod.HotRodUnknownOperationException: Unknown operation ${opcode}`,
  );
}

function cacheNotFound(text: string): RequestFailure {
  return new RequestFailure(
    Status.REQUEST_PARSING_ERROR,
    `org.infinispan.server.hotrod.CacheNotFoundException: ${text}`,
  );
}

/** What goes wrong in a handler is told to its caller; the connection is in step and stays. */
function failureOf(error: unknown): { status: number; message: string; opcode?: number } {
  if (error instanceof RequestFailure) {
    return { status: error.status, message: error.message, opcode: error.opcode };
  }
  if (HotRodServerError.is(error)) {
    return {
      status: Status.SERVER_ERROR,
      message: `org.infinispan.commons.CacheException: ${error.message}`,
    };
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { status: Status.SERVER_ERROR, message: `java.lang.IllegalStateException: ${text}` };
}
