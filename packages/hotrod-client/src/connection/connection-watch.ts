import { debugLog } from '../observe/debug-log.js';
import type { PendingCall } from '../pending-call.js';
import type { Connection } from './connection.js';
import { pingCall } from './negotiate-version.js';
import type { WakeTimer } from './wake-timer.js';

/** When a silent server is pinged. */
export interface ConnectionWatchOptions {
  /** Silence before a ping, in milliseconds; 0: never because of silence alone. */
  readonly keepAliveMs: number;
  /** How long the ping may take, in milliseconds. */
  readonly answerWithinMs: number;
  /** The same where another server can do the work. */
  readonly answerSoonMs: number;
  /** Whether another server can do the work now. */
  readonly hasOthers: () => boolean;
}

/** Silence while calls await an answer, before the server is asked whether it is still there: longer than most pauses of a collector. */
export const DOUBT_AFTER_MS = 1_000;

/**
 * Finds half-open connections and servers that stand still: one that has been silent too long, or did not say a word
 * while calls waited, is pinged, and its connection dropped when the ping stays unanswered too. Where other servers can
 * do the work that is done soon, so that calls can be made again there within their time.
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
    const silent =
      connection.owesSince(nowMs - DOUBT_AFTER_MS) ||
      overdue.some((call) => call.sentOn === connection.id && call.submittedAtMs > lastReadAtMs);
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
    const { answerWithinMs, answerSoonMs, hasOthers } = this.#options;
    const probe = pingCall(this.#doubts && hasOthers() ? answerSoonMs : answerWithinMs);
    const done = (): void => {
      if (this.#probe !== probe) return;
      this.#probe = undefined;
      this.#doubts = false;
    };
    probe.begin(done, () => undefined);
    probe.submittedAtMs = nowMs;
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
