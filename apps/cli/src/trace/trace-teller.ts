import type { ServerAddress } from '@kvtwin/hotrod-protocol';
import type { LossyOutput } from './lossy-output.js';
import type { RecordingFile } from './recording-file.js';
import type { ConnectionEvent, TraceEvent } from './trace-event.js';
import { type LineOptions, traceLines } from './trace-line.js';
import { traceToJson } from './trace-row.js';
import { TraceSummary } from './trace-summary.js';

/** Options of {@link TraceTeller}. */
export interface TellerOptions extends LineOptions {
  /** How messages are printed. */
  readonly form: 'text' | 'json' | 'none';
  readonly record: RecordingFile | undefined;
}

/** Prints, records and counts what a trace sees. */
export class TraceTeller {
  readonly summary = new TraceSummary();
  readonly #output: LossyOutput;
  readonly #options: TellerOptions;
  #hasWarned = false;

  constructor(output: LossyOutput, options: TellerOptions) {
    this.#output = output;
    this.#options = options;
  }

  tell(connection: string, event: TraceEvent | ConnectionEvent): void {
    this.summary.count(event);
    const { record, form } = this.#options;
    if (isMessage(event)) record?.record(connection, event);
    if (form === 'none') return;
    if (form === 'json') {
      this.#output.writeLine(JSON.stringify(traceToJson(connection, event)));
      return;
    }
    for (const line of traceLines(connection, event, this.#options)) this.#output.writeLine(line);
    this.#warnOfTopology(event);
  }

  /** Once: the client has learnt where the servers are. */
  #warnOfTopology(event: TraceEvent | ConnectionEvent): void {
    const servers = topologyOf(event);
    if (servers.length === 0 || this.#hasWarned) return;
    this.#hasWarned = true;
    const { yellow } = this.#options.colors;
    this.#output.writeLine(
      yellow('    the client now knows the servers by address and may go there directly, past this trace;'),
    );
    this.#output.writeLine(yellow('    give it client_intelligence=BASIC to see everything'));
  }
}

function isMessage(event: TraceEvent | ConnectionEvent): event is TraceEvent {
  return event.kind !== 'opened' && event.kind !== 'refused' && event.kind !== 'closed';
}

function topologyOf(event: TraceEvent | ConnectionEvent): readonly ServerAddress[] {
  return event.kind === 'reply' ? (event.message.topology?.servers ?? []) : [];
}
