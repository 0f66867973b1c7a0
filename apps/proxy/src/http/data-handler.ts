import { performance } from 'node:perf_hooks';
import { HUSTDB_LIMITS, splitTarget } from '@kvtwin/hustdb-protocol';
import { StoreError } from '@kvtwin/versioned-value';
import { type Answer, notFound, textAnswer } from '../answers/answer.js';
import { answerRead, callAnswer, refusedAnswer } from '../answers/call-answer.js';
import type { CallContext } from '../answers/call-context.js';
import { clusterAnswer } from '../answers/cluster-answer.js';
import { htmlAnswer } from '../answers/html-answer.js';
import { SERVICE_PAGES, type ServicePage } from '../answers/service-answer.js';
import type { Cluster } from '../cluster/cluster.js';
import { slotOfCall } from '../cluster/routed-slot.js';
import { CLUSTER_COMMANDS, type ClusterCommand } from '../commands/cluster-command.js';
import { type HaCall, parseHaCall } from '../commands/ha-call.js';
import { SERVED_COMMANDS, type ServedCommand } from '../commands/served-command.js';
import type { ResolvedListenerOptions } from '../proxy-options.js';
import type { Repairs } from '../repair/repairs.js';
import { turnLimitMs, turnOf, WriteTurns } from '../repair/write-turns.js';
import { basicCredentials } from './basic-credentials.js';
import type { Exchange } from './exchange.js';
import { byteBudget, type RequestBody, readRequestBody } from './request-body.js';
import { requestIds } from './request-ids.js';
import { within } from './within.js';

/** From here on an answer counts as held bytes until the caller has read it; below, the number of requests bounds it. */
const LARGE_ANSWER_BYTES = 64 * 1024;

/** How many calls of a side follow one another at most, and whether a call may have to wait for its turn before. */
interface CallShape {
  readonly calls: number;
  readonly waits: boolean;
}

const READ: CallShape = { calls: 2, waits: false };
/** While a slot is split off, those who held it before are asked too. */
const SPLIT_READ: CallShape = { calls: 4, waits: false };
/** Reads both sides for its intent, may read them for its `ver`, may bring one along, and writes one after the other. */
const WRITE: CallShape = { calls: 6, waits: true };

const NOTHING = new Uint8Array(0);

/** Answers the requests of the data listener. */
export interface DataHandler {
  /** A request's turn has come. */
  begin(exchange: Exchange): void;
  /** It is answered, or its connection is gone. May be called twice. */
  finished(exchange: Exchange): void;
  /** From now on every answer closes its connection. */
  beginClosing(): void;
  /** Requests under way. */
  readonly active: number;
  /** Resolves once no request is under way. */
  idle(): Promise<void>;
}

/** Makes the handler of one proxy. `repairs`: keeps the writes that reach one side only; it works in the same `turns`. */
export function dataHandler(
  cluster: Cluster,
  options: ResolvedListenerOptions,
  {
    turns = new WriteTurns(),
    repairs,
  }: { readonly turns?: WriteTurns; readonly repairs?: Repairs | undefined } = {},
): DataHandler {
  return new Handler(cluster, options, turns, repairs);
}

class Handler implements DataHandler {
  readonly #options: ResolvedListenerOptions;
  readonly #cluster: Cluster;
  readonly #turns: WriteTurns;
  readonly #repairs: Repairs | undefined;
  readonly #accepts: ((header: string | undefined) => boolean) | undefined;
  readonly #budget;
  readonly #nextId = requestIds();
  #active = 0;
  #closing = false;
  #onIdle: (() => void)[] = [];

  constructor(
    cluster: Cluster,
    options: ResolvedListenerOptions,
    turns: WriteTurns,
    repairs: Repairs | undefined,
  ) {
    this.#options = options;
    this.#cluster = cluster;
    this.#turns = turns;
    this.#repairs = repairs;
    this.#accepts = options.users.length === 0 ? undefined : basicCredentials(options.users);
    this.#budget = byteBudget(options.maxBufferedBytes);
  }

  get active(): number {
    return this.#active;
  }

  beginClosing(): void {
    this.#closing = true;
  }

  idle(): Promise<void> {
    return this.#active === 0 ? Promise.resolve() : new Promise((resolve) => this.#onIdle.push(resolve));
  }

  begin(exchange: Exchange): void {
    exchange.requestId = this.#nextId(exchange.head.fields.requestId);
    this.#active++;
    const answer = this.#route(exchange);
    if (answer !== undefined) this.#send(exchange, answer);
  }

  finished(exchange: Exchange): void {
    if (exchange.finished) return;
    exchange.finished = true;
    this.#letGo(exchange);
    this.#active--;
    if (this.#active === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  /** Answers at once what needs no side; undefined where the pair is asked, which sends its answer itself. */
  #route(exchange: Exchange): Answer | undefined {
    const { method, target, isHttp10, fields } = exchange.head;
    if (!isHttp10 && !fields.hasHost) return htmlAnswer(400, 'invalid-request', { close: true });
    const { path: rawPath, query } = splitTarget(target);
    const path = rawPath.includes('//') ? rawPath.replace(/\/{2,}/g, '/') : rawPath;
    const command = SERVED_COMMANDS.get(path);
    if (command === undefined) return this.#otherPath(exchange, path, query);
    if (!this.#isAllowed(exchange)) return unauthorized();
    if (this.#active > this.#options.maxConcurrentRequests) return this.#overloaded();
    if (command.postOnly && method !== 'POST') return htmlAnswer(405, 'invalid-request');
    if (command.keyPlace !== 'query' && exchange.hasBody) {
      void this.#readThenParse(exchange, command, query);
      return undefined;
    }
    const call = parseHaCall(command, query, this.#options.compat);
    if ('refused' in call) return refusedAnswer(call, this.#options.compat);
    if (command.kind === 'put' && command.keyPlace === 'query' && exchange.hasBody) {
      void this.#readThenCall(exchange, call);
    } else {
      this.#call(exchange, call, call.value);
    }
    return undefined;
  }

  #otherPath(exchange: Exchange, path: string, query: string): Answer | undefined {
    const page = SERVICE_PAGES.get(path);
    const command = page === undefined ? CLUSTER_COMMANDS.get(path) : undefined;
    if (page === undefined && command === undefined) return htmlAnswer(404, 'no-such-path');
    if (page?.authenticated !== false && !this.#isAllowed(exchange)) return unauthorized();
    if (this.#active > this.#options.maxConcurrentRequests) return this.#overloaded();
    if (page !== undefined) void this.#showPage(exchange, page, query);
    else void this.#askCluster(exchange, command!, query);
    return undefined;
  }

  async #showPage(exchange: Exchange, page: ServicePage, query: string): Promise<void> {
    const body = await this.#bodyOf(exchange, page.readsBody);
    if (body === undefined) return;
    const { compat, sideTimeoutMs } = this.#options;
    const { method } = exchange;
    const repairs = page.readsRepairs ? this.#repairs?.status : undefined;
    const context = { cluster: this.#cluster, compat, sideTimeoutMs, repairs, method, query, body };
    this.#answerWith(exchange, async () => page.answer(context), READ);
  }

  async #askCluster(exchange: Exchange, command: ClusterCommand, query: string): Promise<void> {
    const body = await this.#bodyOf(exchange, command.readsBody);
    if (body === undefined) return;
    const { compat, sideTimeoutMs } = this.#options;
    const { method, target } = exchange.head;
    const call = { command, method, target, query, body };
    const context = { cluster: this.#cluster, compat, sideTimeoutMs };
    const kind = this.#cluster.only === undefined ? SPLIT_READ : READ;
    this.#answerWith(exchange, () => clusterAnswer(call, context), kind);
  }

  /** The body of a command that reads one; undefined where the request is answered, or gone. */
  async #bodyOf(exchange: Exchange, readsBody: boolean): Promise<Uint8Array | undefined> {
    return readsBody && exchange.hasBody ? this.#readBody(exchange) : NOTHING;
  }

  #isAllowed({ head }: Exchange): boolean {
    return this.#accepts === undefined || this.#accepts(head.fields.authorization);
  }

  /** A value in the body goes before `val`. */
  async #readThenCall(exchange: Exchange, call: HaCall): Promise<void> {
    const body = await this.#readBody(exchange);
    if (body !== undefined) this.#call(exchange, call, body.length > 0 ? body : call.value);
  }

  /** The body holds the member that the call is about. */
  async #readThenParse(exchange: Exchange, command: ServedCommand, query: string): Promise<void> {
    const body = await this.#readBody(exchange);
    if (body === undefined) return;
    const call = parseHaCall(command, query, this.#options.compat, body);
    if ('refused' in call) this.#send(exchange, refusedAnswer(call, this.#options.compat));
    else this.#call(exchange, call, call.value);
  }

  /** Undefined where the request is answered, or gone. */
  async #readBody(exchange: Exchange): Promise<Uint8Array | undefined> {
    const body = await readRequestBody(exchange, {
      limitBytes: HUSTDB_LIMITS.valueBytes,
      hardLimitBytes: HUSTDB_LIMITS.frontBodyBytes,
      idleTimeoutMs: this.#options.bodyIdleTimeoutMs,
      budget: this.#budget,
    });
    if (body.kind === 'whole') {
      exchange.heldBytes = body.bytes.length;
      return body.bytes;
    }
    if (body.kind !== 'aborted') this.#sendBodyRefusal(exchange, body);
    return undefined;
  }

  #sendBodyRefusal(exchange: Exchange, body: Exclude<RequestBody, { kind: 'whole' | 'aborted' }>): void {
    switch (body.kind) {
      case 'refused':
        this.#send(exchange, htmlAnswer(413, 'too-large', { close: true }));
        return;
      case 'stalled':
        this.#send(exchange, htmlAnswer(408, 'timeout', { close: true }));
        return;
      case 'overloaded':
        this.#send(exchange, this.#overloaded());
        return;
      case 'too-large': {
        const message = `the value is larger than ${HUSTDB_LIMITS.valueBytes} bytes`;
        const strict = this.#options.compat === 'strict';
        this.#send(exchange, strict ? notFound('too-large', message) : textAnswer(413, 'too-large', message));
        return;
      }
    }
  }

  #call(exchange: Exchange, call: HaCall, value: Uint8Array | undefined): void {
    if (
      call.command.kind === 'put' &&
      call.command.type !== 'set' &&
      (value === undefined || value.length === 0)
    ) {
      this.#send(
        exchange,
        refusedAnswer(
          { refused: 'not-found', message: 'the value is missing or empty' },
          this.#options.compat,
        ),
      );
      return;
    }
    const pair = this.#cluster.only ?? this.#cluster.pairOf(slotOfCall(call));
    const { compat, sideTimeoutMs } = this.#options;
    const { type } = call.command;
    const context = { compat, sideTimeoutMs, pair, repairs: this.#repairs };
    const ask = (): Promise<Answer> =>
      pair.tables.with(type, call.table, (store) => callAnswer(call, value, store, context));
    if (!isWrite(call.command)) {
      if (this.#readAtOnce(exchange, call, context)) return;
      this.#answerWith(exchange, ask, pair.older === undefined ? READ : SPLIT_READ);
    } else {
      const turn = turnOf(type, call.table, call.key);
      const mayOverlap = call.command.kind !== 'add';
      this.#answerWith(exchange, () => this.#turns.run(turn, ask, { mayOverlap }), WRITE);
    }
  }

  /** Without a promise on the way, where the table is open and its pair can do so; it keeps its time limits itself. */
  #readAtOnce(exchange: Exchange, call: HaCall, context: CallContext): boolean {
    const { tables } = context.pair;
    const open = tables.use(call.command.type, call.table);
    if (open === undefined) return false;
    exchange.askedAt = exchange.hasBody ? performance.now() : exchange.startedAt;
    const settle = (answer: Answer): void => {
      tables.release(open)?.catch(this.#options.onError);
      this.#send(exchange, answer);
    };
    const isAsked = answerRead(call, open.store, context, {
      succeed: settle,
      fail: (error) => settle(this.#failed(error, READ)),
    });
    if (!isAsked) tables.release(open)?.catch(this.#options.onError);
    return isAsked;
  }

  /** Asks, within a time that no side can exceed by its own time-outs, and sends the answer. */
  #answerWith(exchange: Exchange, ask: () => Promise<Answer>, kind: CallShape): void {
    // Without a body to wait for, it is asked in the moment in which the request came.
    exchange.askedAt = exchange.hasBody ? performance.now() : exchange.startedAt;
    within(ask(), this.#deadlineMs(kind)).then(
      (answer) => this.#send(exchange, answer ?? this.#timedOut(kind)),
      (error: unknown) => this.#send(exchange, this.#failed(error, kind)),
    );
  }

  /**
   * Each side has its own time-out; this one is for a pair that keeps none. A write waits for its turn, asks the
   * sides one after the other, and may read them before.
   */
  #deadlineMs({ calls, waits }: CallShape): number {
    return this.#options.sideTimeoutMs * calls + (waits ? turnLimitMs : 0) + 1000;
  }

  #timedOut(kind: CallShape): Answer {
    const message = `no answer from the pair within ${this.#deadlineMs(kind)} ms`;
    if (this.#options.compat === 'strict') return notFound('timeout', message);
    return textAnswer(504, 'timeout', message);
  }

  #overloaded(): Answer {
    if (this.#options.compat === 'strict') return notFound('overloaded');
    return textAnswer(503, 'overloaded', 'too many requests under way', ['Retry-After', '1']);
  }

  /** What a pair throws is misuse or a pair that cannot do it; a side that fails is a value, not an exception. */
  #failed(error: unknown, { waits: writes }: CallShape): Answer {
    const strict = this.#options.compat === 'strict';
    if (!StoreError.is(error)) {
      this.#options.onError(error);
      return strict ? notFound('error') : textAnswer(500, 'error', 'internal error');
    }
    if (error.code === 'STORE_OVERLOADED') return this.#overloaded();
    if (strict) return notFound(writes ? 'rejected' : 'unreadable', `${error.code}: ${error.message}`);
    if (error.code.startsWith('STORE_INVALID_')) return textAnswer(400, 'invalid-request', error.message);
    if (error.code === 'STORE_UNSUPPORTED') return textAnswer(400, 'unsupported', error.message);
    const outcome = writes ? (error.mayHaveBeenApplied ? 'unknown' : 'rejected') : 'unreadable';
    return textAnswer(503, outcome, `${error.code}: ${error.message}`, ['Retry-After', '1']);
  }

  #send(exchange: Exchange, answer: Answer): void {
    this.#letGo(exchange);
    if (exchange.finished) return;
    const bytes = bodyBytes(answer);
    const held = bytes > LARGE_ANSWER_BYTES;
    const fits = !held || this.#budget.take(bytes);
    if (held && fits) exchange.heldBytes = bytes;
    exchange.connection.answer(exchange, fits ? answer : this.#overloaded(), this.#closing);
  }

  #letGo(exchange: Exchange): void {
    this.#budget.give(exchange.heldBytes);
    exchange.heldBytes = 0;
  }
}

function bodyBytes(answer: Answer): number {
  let bytes = 0;
  for (const part of answer.body) bytes += part.length;
  return bytes;
}

function unauthorized(): Answer {
  return htmlAnswer(401, 'unauthorized', { headers: ['WWW-Authenticate', 'Basic realm="Authentication"'] });
}

function isWrite({ kind }: ServedCommand): boolean {
  return kind === 'put' || kind === 'remove' || kind === 'add';
}
