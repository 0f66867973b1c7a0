import type { Connection } from './connection.js';
import { debugLog } from './debug-log.js';
import { pingCall } from './negotiate-version.js';
import type { PendingCall } from './pending-call.js';
import type { WakeTimer } from './wake-timer.js';

/** When a silent server is pinged. */
export interface ConnectionWatchOptions {
  /** Silence before a ping, in milliseconds; 0: never because of silence alone. */
  readonly keepAliveMs: number;
  /** How long the ping may take, in milliseconds. */
  readonly answerWithinMs: number;
}

/**
 * Finds half-open connections: one whose server has been silent too long, or did not say a word while a call timed
 * out, is pinged, and dropped when the ping stays unanswered too.
 */
export class ConnectionWatch {
  readonly #options: ConnectionWatchOptions;
  readonly #timer: WakeTimer;
  #probe: PendingCall | undefined;
  #doubts = false;

  constructor(options: ConnectionWatchOptions, timer: WakeTimer) {
    this.#options = options;
    this.#timer = timer;
  }

  /** Whether the server left calls unanswered and is being asked whether it is still there. */
  get doubts(): boolean {
    return this.#doubts;
  }

  /** Whether it is the ping under way. */
  owns(call: PendingCall): boolean {
    return call === this.#probe;
  }

  /** Begins with a fresh connection. */
  begin(connection: Connection, nowMs: number): void {
    this.#probe = undefined;
    this.#doubts = false;
    this.#plan(connection, nowMs);
  }

  /** `overdue`: the calls that just timed out. */
  look(connection: Connection, overdue: readonly PendingCall[], nowMs: number): void {
    if (this.#probe !== undefined && overdue.includes(this.#probe)) {
      connection.drop('HOTROD_CONNECTION_LOST', 'the server stopped answering, even to a ping');
      return;
    }
    const { keepAliveMs } = this.#options;
    const { lastReadAtMs } = connection;
    const silent = overdue.some((call) => call.sentOn === connection.id && call.submittedAtMs > lastReadAtMs);
    const idle = keepAliveMs > 0 && nowMs - lastReadAtMs >= keepAliveMs;
    if (silent) this.#doubts = true;
    if ((silent || idle) && this.#probe === undefined) this.#ping(connection, nowMs);
    else this.#plan(connection, nowMs);
  }

  #plan(connection: Connection, nowMs: number): void {
    const { keepAliveMs } = this.#options;
    if (keepAliveMs > 0) this.#timer.wakeBy(connection.lastReadAtMs + keepAliveMs, nowMs);
  }

  #ping(connection: Connection, nowMs: number): void {
    const probe = pingCall(this.#options.answerWithinMs);
    const done = (): void => {
      if (this.#probe !== probe) return;
      this.#probe = undefined;
      this.#doubts = false;
    };
    probe.begin(done, () => undefined);
    probe.submittedAtMs = nowMs;
    probe.deadlineMs = nowMs + probe.timeoutMs;
    this.#probe = probe;
    connection.send(probe);
    this.#timer.wakeBy(probe.deadlineMs, nowMs);
    debugLog(
      'pinging %s after %d ms of silence',
      connection.server,
      Math.round(nowMs - connection.lastReadAtMs),
    );
  }
}
