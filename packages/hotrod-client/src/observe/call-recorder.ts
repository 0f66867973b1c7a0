import { performance } from 'node:perf_hooks';
import type { HotRodError, HotRodErrorCode } from '../hotrod-error.js';
import type { ClientStats, OperationStats, ServerStats } from './client-stats.js';
import { requestChannel, retryChannel } from './diagnostics.js';
import { LatencyHistogram } from './latency-histogram.js';

/** Servers counted apart. A client of the largest clusters sees as many in a year. */
const MAX_SERVERS = 64;
const OTHER_SERVERS = 'other';
const NO_SERVER = 'none';

/** What is recorded of a call. */
export interface RecordedCall {
  readonly operation: { readonly name: string };
  readonly target: { readonly cacheName: string };
  /** `host:port`, once it is known. */
  readonly server: string | undefined;
  readonly messageId: number;
  /** Times that it was put on a connection. */
  readonly sends: number;
  /** Of `performance.now()`. */
  readonly submittedAtMs: number;
}

let lastCallId = 0;

class OperationCounter {
  errors = 0;
  readonly latency = new LatencyHistogram();
}

class ServerCounter {
  retries = 0;
  readonly operations = new Map<string, OperationCounter>();

  operation(name: string): OperationCounter {
    const known = this.operations.get(name);
    if (known !== undefined) return known;
    const counter = new OperationCounter();
    this.operations.set(name, counter);
    return counter;
  }
}

/**
 * Counts the calls of one client for `client.stats()`, and tells of them on `hotrod:request` and `hotrod:retry` while
 * anybody listens there.
 */
export class CallRecorder {
  /** Over all connections; counted by them. */
  bytesReceived = 0;
  bytesSent = 0;
  readonly #client: string;
  readonly #servers = new Map<string, ServerCounter>();
  readonly #errors = new Map<HotRodErrorCode, number>();
  /** Ids of calls for the channels, given only while somebody listens. */
  readonly #ids = new WeakMap<RecordedCall, number>();

  /** `client`: its name, for diagnostics. */
  constructor(client: string) {
    this.#client = client;
  }

  /** The call was put on a connection. */
  sent(call: RecordedCall): void {
    if (requestChannel.hasSubscribers) requestChannel.publish({ phase: 'start', ...this.#describe(call) });
  }

  /** The attempt was lost, and the call is about to be sent again. */
  retried(call: RecordedCall, why: string): void {
    this.#serverOf(call).retries++;
    if (retryChannel.hasSubscribers) {
      const { callId, client, operation, cache, server, attempt } = this.#describe(call);
      retryChannel.publish({ callId, client, operation, cache, server, attempt, why });
    }
  }

  /** The call was answered, at a time of `performance.now()`. */
  succeeded(call: RecordedCall, atMs: number): void {
    const durationMs = atMs - call.submittedAtMs;
    this.#serverOf(call).operation(call.operation.name).latency.add(durationMs);
    if (requestChannel.hasSubscribers) {
      requestChannel.publish({ phase: 'end', ...this.#describe(call), durationMs });
    }
  }

  failed(call: RecordedCall, error: HotRodError): void {
    this.#serverOf(call).operation(call.operation.name).errors++;
    this.#errors.set(error.code, (this.#errors.get(error.code) ?? 0) + 1);
    if (requestChannel.hasSubscribers) {
      const durationMs = call.submittedAtMs === 0 ? 0 : performance.now() - call.submittedAtMs;
      requestChannel.publish({ phase: 'error', ...this.#describe(call), durationMs, error });
    }
  }

  /** All so far; `load` is what the client is doing now. */
  stats(load: Pick<ClientStats, 'waiting' | 'waitingBytes' | 'inFlight'>): ClientStats {
    const all = new ServerCounter();
    const servers: Record<string, ServerStats> = {};
    for (const [name, counter] of this.#servers) {
      servers[name] = serverStats(counter);
      all.retries += counter.retries;
      for (const [operation, { errors, latency }] of counter.operations) {
        const sum = all.operation(operation);
        sum.errors += errors;
        sum.latency.merge(latency);
      }
    }
    const { waiting, waitingBytes, inFlight } = load;
    const { bytesReceived, bytesSent } = this;
    const errorsByCode = Object.fromEntries(this.#errors);
    return {
      ...serverStats(all),
      waiting,
      waitingBytes,
      inFlight,
      bytesReceived,
      bytesSent,
      errorsByCode,
      servers,
    };
  }

  #serverOf({ server = NO_SERVER }: RecordedCall): ServerCounter {
    const known = this.#servers.get(server);
    if (known !== undefined) return known;
    const name = server === NO_SERVER || this.#servers.size < MAX_SERVERS ? server : OTHER_SERVERS;
    const counter = this.#servers.get(name) ?? new ServerCounter();
    this.#servers.set(name, counter);
    return counter;
  }

  #describe(call: RecordedCall) {
    const callId = this.#ids.get(call) ?? ++lastCallId;
    this.#ids.set(call, callId);
    const { operation, target, server, messageId, sends } = call;
    return {
      callId,
      client: this.#client,
      operation: operation.name,
      cache: target.cacheName,
      server,
      messageId,
      attempt: sends,
    };
  }
}

function operationStats({ errors, latency }: OperationCounter): OperationStats {
  return { calls: latency.count + errors, errors, latency: latency.summary() };
}

function serverStats({ retries, operations }: ServerCounter): ServerStats {
  const sum = new OperationCounter();
  for (const { errors, latency } of operations.values()) {
    sum.errors += errors;
    sum.latency.merge(latency);
  }
  const named = Array.from(operations, ([name, counter]) => [name, operationStats(counter)] as const);
  return { ...operationStats(sum), retries, operations: Object.fromEntries(named) };
}
