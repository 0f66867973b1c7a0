import { type AnyReply, operations, type PingReply, type ProtocolVersion } from '@kvtwin/hotrod-protocol';
import { Cache } from './cache/cache.js';
import type { Codec } from './cache/codec.js';
import { type CacheCodecs, codecs } from './cache/codecs.js';
import { KeptCaches } from './cache/kept-caches.js';
import { CallBudget } from './call-budget.js';
import type { CallSender } from './call-sender.js';
import { callTarget } from './call-target.js';
import { checkCallOptions, checkSignal } from './check-call-options.js';
import { ClientEventListeners, type ClientEvents } from './cluster/client-events.js';
import { type ClusterTopology, clusterTopology } from './cluster/cluster-topology.js';
import type { KeyRouter } from './cluster/owner-parts.js';
import type { SegmentRouter, SegmentView } from './cluster/segment-view.js';
import { Sites } from './cluster/sites.js';
import { traceParameters } from './connection/trace-context.js';
import { EventRegistry } from './events/event-registry.js';
import { HotRodError } from './hotrod-error.js';
import { CallRecorder } from './observe/call-recorder.js';
import type { ClientStats } from './observe/client-stats.js';
import {
  checkOptions,
  DEFAULT_SITE,
  type HotRodClientOptions,
  mergeOptions,
  type ResolvedOptions,
  resolveOptions,
} from './options/options.js';
import { optionsFromUri } from './options/options-from-uri.js';
import { parseHotRodUri } from './options/parse-hotrod-uri.js';
import { type CallInput, type CallOptions, type CallTarget, PendingCall } from './pending-call.js';

type AnyInput = CallInput<unknown, AnyReply, unknown>;
type Resolve = (result: unknown) => void;

/** The ends of the promise made last: no closure is made for them. */
const taken = {
  resolve: (_result: unknown): void => undefined,
  reject: (_error: unknown): void => undefined,
};

function takeEnds(resolve: (result: never) => void, reject: (error: unknown) => void): void {
  taken.resolve = resolve as (result: unknown) => void;
  taken.reject = reject;
}

/** What a client is doing at the moment. */
export interface ClientLoad {
  /** Calls that wait for a connection or for their turn. */
  readonly waiting: number;
  /** Bytes of the keys and values of those. */
  readonly waitingBytes: number;
  /** Requests sent and not yet answered, also those whose callers have given up. */
  readonly inFlight: number;
}

/**
 * A client of an Infinispan or Data Grid cluster: one connection to each server, on which everybody's calls are pipelined.
 * It follows the members of the cluster, and connects again by itself after a loss. An idle client does not keep the
 * process alive; calls under way do.
 */
export class HotRodClient implements CallSender, KeyRouter, SegmentRouter {
  readonly #options: ResolvedOptions;
  readonly #listeners = new ClientEventListeners();
  readonly #recorder: CallRecorder;
  readonly #sites: Sites;
  readonly #caches = new KeptCaches();
  /** @internal The listeners of caches. */
  readonly events: EventRegistry;

  private constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#recorder = new CallRecorder(options.name);
    this.events = new EventRegistry(this, options);
    this.#sites = new Sites({
      options,
      listeners: this.#listeners,
      traffic: this.#recorder,
      onEvent: (connection, event) => this.events.onEvent(connection, event),
      onConnectionEnd: (connection, why) => this.events.onConnectionEnd(connection, why),
      nowMs: Date.now,
      random: Math.random,
    });
  }

  /**
   * Connects, agrees on the protocol version with one ping, and logs in. `where`: a URI
   * `hotrod[s]://[user:password@]host[:port][,host…][/cache][?property=value]`, or options; `options` go before the URI's.
   * Rejects with `HOTROD_CONNECT` where nothing answers, `HOTROD_TLS`, `HOTROD_AUTH` (not with `lazy: true`).
   */
  static async connect(
    where: string | URL | HotRodClientOptions = {},
    options: HotRodClientOptions = {},
  ): Promise<HotRodClient> {
    const given = isUri(where) ? optionsFromUri(parseHotRodUri(String(where))) : where;
    for (const each of [given, options]) checkOptions(each);
    const client = new HotRodClient(resolveOptions(mergeOptions(given, options)));
    const { lazy, signal } = client.#options;
    checkSignal(signal);
    if (lazy) return client;
    try {
      await new CallBudget({ signal }).within(client.#sites.connect());
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** The version in use; undefined while there is no connection. */
  get protocolVersion(): ProtocolVersion | undefined {
    for (const { connection } of this.#sites.channels)
      if (connection !== undefined) return connection.version;
    return undefined;
  }

  /** What waits and what is under way at this moment. */
  get load(): ClientLoad {
    return this.#sites.load;
  }

  /** What the client has done since it was made: calls, errors and times, per server and operation. */
  stats(): ClientStats {
    return this.#recorder.stats(this.load);
  }

  /** Name of the site in use; that of the client's own `servers` is `default`. */
  get site(): string {
    return this.#sites.site;
  }

  /**
   * Goes on with another site of the option `sites` as soon as one of its servers answers. What is under way is answered by
   * the old site. Rejects, and stays, with `HOTROD_INVALID_ARGUMENT` for a name that is none, `HOTROD_CONNECT` where no
   * server answers.
   */
  switchToSite(name: string): Promise<void> {
    return this.#sites.switchTo(name);
  }

  /** {@link switchToSite} back to the client's own `servers`. */
  switchToDefaultSite(): Promise<void> {
    return this.#sites.switchTo(DEFAULT_SITE);
  }

  /** What the cluster has told of a cache, by default the client's: with the first reply, and again when it changes. */
  topology(cacheName: string = this.#options.cache): ClusterTopology {
    return clusterTopology(this.#sites, cacheName);
  }

  /** Calls `listener` on each event of that name until {@link off}. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): this {
    this.#listeners.on(name, listener);
    return this;
  }

  /** Takes a listener of {@link on} away again. */
  off<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): this {
    this.#listeners.off(name, listener);
    return this;
  }

  /** A cache, by default with text for keys and values. Nothing is sent: a missing cache shows with the first call. */
  cache(name?: string): Cache<string, string>;
  cache<K, V>(name: string | undefined, codecs: CacheCodecs<K, V>): Cache<K, V>;
  cache<V>(name: string | undefined, codecs: { readonly value: Codec<V> }): Cache<string, V>;
  cache<K, V>(name?: string, given?: Partial<CacheCodecs<K, V>>): Cache<K, V> | Cache<string, string> {
    const key = given?.key ?? codecs.text;
    const value = given?.value ?? codecs.text;
    const which = { key, value } as CacheCodecs<unknown, unknown>;
    const cacheName = name ?? this.#options.cache;
    const make = () => new Cache(this, cacheName, which);
    return this.#caches.cacheOf(cacheName, which, make) as Cache<K, V>;
  }

  /**
   * Asks the server about a cache, by default the client's: how it stores keys and values (from 2.9), what the server
   * speaks (from 3.0), and with that whether the cache exists.
   */
  ping(cacheName: string = this.#options.cache, options?: CallOptions): Promise<PingReply> {
    return this.execute({
      operation: operations.ping,
      request: {},
      target: callTarget({ cacheName }),
      options,
      interpret: (reply) => reply,
    });
  }

  /** Sends any operation of the protocol; the caches are made of this. */
  execute<Request, Reply extends AnyReply, Result>(
    input: CallInput<Request, Reply, Result>,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.submit(input, resolve, reject);
    });
  }

  /** @internal {@link execute} without a promise of its own. Throws where the input is wrong. */
  submit<Request, Reply extends AnyReply, Result>(
    input: CallInput<Request, Reply, Result>,
    resolve: (result: Result) => void,
    reject: (error: HotRodError) => void,
  ): void {
    checkInput(input);
    checkCallOptions(input.options);
    this.#begin(input as AnyInput, input.request, resolve as Resolve, reject);
  }

  /** @internal {@link execute} of an input that many calls share, each with a request of its own. Throws nothing. */
  ask<Request, Reply extends AnyReply, Result>(
    input: CallInput<Request | undefined, Reply, Result>,
    request: Request,
  ): Promise<Result> {
    const promise = new Promise<Result>(takeEnds);
    this.#begin(input as AnyInput, request, taken.resolve, taken.reject);
    return promise;
  }

  #begin(input: AnyInput, request: unknown, resolve: Resolve, reject: (error: HotRodError) => void): void {
    const call = new PendingCall(input, this.#options.timeoutMs, request);
    const { traceContext } = this.#options;
    if (traceContext !== undefined) call.parameters = traceParameters(traceContext);
    call.recorder = this.#recorder;
    call.begin(resolve, reject);
    this.#sites.submit(call);
  }

  /** @internal How the keys of a target are spread over segments. */
  segmentsOf(target: CallTarget): SegmentView | undefined {
    return this.#sites.segmentsOf(target);
  }

  /** @internal Which server a key's request would go to now. */
  ownerOf(target: CallTarget, key: Uint8Array): unknown {
    return this.#sites.ownerOf(target, key);
  }

  /** Settles every call under way with `HOTROD_CLOSED`, telling whether it may have been applied, and disconnects. */
  async close(): Promise<void> {
    this.events.close();
    this.#sites.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** By shape: other realms have a class `URL` of their own. */
function isUri(where: string | URL | HotRodClientOptions): where is string | URL {
  return typeof where === 'string' || typeof (where as Partial<URL> | null)?.href === 'string';
}

/** For callers of `execute()` who do not write TypeScript. */
function checkInput(input: unknown): void {
  const { operation, target, interpret } = (input ?? {}) as Partial<AnyInput>;
  const cacheName: unknown = target?.cacheName;
  if (
    typeof operation?.name === 'string' &&
    typeof cacheName === 'string' &&
    typeof interpret === 'function'
  ) {
    return;
  }
  throw new HotRodError('a call needs an operation, a target (see callTarget) and interpret(reply)', {
    code: 'HOTROD_INVALID_ARGUMENT',
  });
}
