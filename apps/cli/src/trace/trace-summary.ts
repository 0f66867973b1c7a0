import { LatencyHistogram } from '../bench/latency-histogram.js';
import { formatLatency } from '../output/format-latency.js';
import { formatCount, formatSize } from '../output/format-size.js';
import type { ConnectionEvent, TraceEvent } from './trace-event.js';

interface OperationCount {
  replies: number;
  errors: number;
  readonly latencies: LatencyHistogram;
}

/** Operations told apart in a summary: more than the protocol has. */
const maxOperations = 128;

/** Counts what a trace saw, in memory that does not grow with it. */
export class TraceSummary {
  readonly #operations = new Map<string, OperationCount>();
  #connections = 0;
  #refused = 0;
  #events = 0;
  #undecodable = 0;
  #unanswered = 0;
  #sentBytes = 0;
  #receivedBytes = 0;

  count(event: TraceEvent | ConnectionEvent): void {
    switch (event.kind) {
      case 'opened':
        this.#connections++;
        break;
      case 'refused':
        this.#refused++;
        break;
      case 'closed':
        this.#sentBytes += event.sentBytes;
        this.#receivedBytes += event.receivedBytes;
        break;
      case 'event':
        this.#events++;
        break;
      case 'undecodable':
        this.#undecodable++;
        break;
      case 'unanswered':
        this.#unanswered++;
        break;
      case 'reply':
        this.#countReply(event);
        break;
      case 'request':
        break;
    }
  }

  #countReply({ request, message, latencyMs }: Extract<TraceEvent, { kind: 'reply' }>): void {
    const name = request?.operation.name ?? 'error';
    let known = this.#operations.get(name);
    if (known === undefined) {
      if (this.#operations.size >= maxOperations) return;
      known = { replies: 0, errors: 0, latencies: new LatencyHistogram() };
      this.#operations.set(name, known);
    }
    known.replies++;
    if (message.kind === 'error') known.errors++;
    if (latencyMs !== undefined) known.latencies.record(latencyMs);
  }

  /** Rows of a table: a heading, and one for each operation, the most frequent first. */
  rows(): string[][] {
    const operations = [...this.#operations].sort(([, one], [, other]) => other.replies - one.replies);
    return [
      ['operation', 'replies', 'errors', 'p50', 'p99', 'max'],
      ...operations.map(([name, { replies, errors, latencies }]) => [
        name,
        formatCount(replies),
        formatCount(errors),
        ...[latencies.quantileMs(0.5), latencies.quantileMs(0.99), latencies.maxMs].map(formatLatency),
      ]),
    ];
  }

  /** All else in one line. */
  line(): string {
    const parts = [
      `${formatCount(this.#connections)} ${this.#connections === 1 ? 'connection' : 'connections'}`,
      `${formatSize(this.#sentBytes)} sent`,
      `${formatSize(this.#receivedBytes)} received`,
      ...some(this.#events, 'events'),
      ...some(this.#unanswered, 'not answered'),
      ...some(this.#undecodable, 'not decoded'),
      ...some(this.#refused, 'not connected'),
    ];
    return parts.join(' · ');
  }
}

function some(count: number, what: string): string[] {
  return count === 0 ? [] : [`${formatCount(count)} ${what}`];
}
