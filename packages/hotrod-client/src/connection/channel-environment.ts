import type { Backlog } from '../cluster/waiting-calls.js';
import type { ResolvedOptions } from '../options/options.js';
import type { ConnectionLimits } from './connection.js';
import type { WakeTimer } from './wake-timer.js';

/** What the channels of a client share, and take from outside. */
export interface ChannelEnvironment {
  readonly options: ResolvedOptions;
  /** Header `ClientIntelligence` of the site. */
  readonly intelligence: number;
  readonly backlog: Backlog;
  /** The client's one timer. */
  readonly timer: WakeTimer;
  readonly traffic: ConnectionLimits['traffic'];
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** 0 up to 1. */
  readonly random: () => number;
}
