import { type Clock, systemClock } from '@kvtwin/versioned-value';
import type { CliIo, CliOutput } from '../command-line/cli-io.js';
import { showsUnicode } from '../command-line/shows-unicode.js';
import { type Colors, colorsFor } from '../output/output.js';
import { formatProgress } from './format-progress.js';
import type { ProgressMode } from './progress-option.js';
import { ProgressSpeed, type Speed } from './progress-speed.js';
import { type ProgressState, shareOf } from './progress-state.js';

/** Redrawn so often that it looks alive, and seldom enough to cost nothing. */
const redrawMs = 100;

/** A log file wants to know that it goes on, not more. */
const plainEveryMs = 10_000;

/** A rate is made of what was seen each second, also where a line comes seldom. */
const measureMs = 1000;

/** Programs that watch want it by the second. */
const jsonEveryMs = 1000;

/** How a command shows how far it is. */
export interface ProgressOptions {
  readonly mode: ProgressMode;
  readonly clock?: Pick<Clock, 'nowMs'>;
}

/**
 * How far a command is, on stderr: a bar at the bottom of a terminal that is drawn over again; anywhere else a plain
 * line every 10 s, or lines of JSON every second. It never fails a command, and costs nothing while nothing is due.
 */
export class Progress {
  readonly #output: CliOutput;
  readonly #colors: Colors;
  readonly #unicode: boolean;
  readonly #mode: 'bar' | 'plain' | 'json' | 'none';
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #speed = new ProgressSpeed();
  #measuredAtMs = Number.NEGATIVE_INFINITY;
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #visible = false;

  constructor(io: Pick<CliIo, 'stderr' | 'env'>, { mode, clock = systemClock }: ProgressOptions) {
    this.#output = io.stderr;
    this.#colors = colorsFor(io.stderr, io.env);
    this.#unicode = showsUnicode(io.env);
    this.#clock = clock;
    if (mode !== 'auto') this.#mode = mode;
    else this.#mode = io.stderr.isTTY && io.env.TERM !== 'dumb' ? 'bar' : 'plain';
    // The first line of a log comes after its first interval: what is done sooner needs none.
    if (this.#mode === 'plain') this.#shownAtMs = clock.nowMs();
  }

  /** Shows what `state` answers, if it is time to; it is not asked otherwise. */
  show(state: () => ProgressState): void {
    if (this.#mode === 'none') return;
    const nowMs = this.#clock.nowMs();
    const everyMs = intervalMs[this.#mode];
    if (nowMs - this.#measuredAtMs < Math.min(everyMs, measureMs)) return;
    this.#measuredAtMs = nowMs;
    const now = state();
    const speed = this.#speed.measure(now, nowMs);
    if (nowMs - this.#shownAtMs < everyMs) return;
    this.#shownAtMs = nowMs;
    if (this.#mode === 'json') this.#output.write(`${JSON.stringify(progressToJson(now, speed))}\n`);
    else this.#draw(now, speed);
  }

  /** Wipes the bar, so that something else can be printed; it comes back with the next `show` that is due. */
  clear(): void {
    if (!this.#visible) return;
    this.#visible = false;
    this.#output.write('\r\u001b[K');
  }

  #draw(now: ProgressState, speed: Speed): void {
    const layout = { columns: this.#output.columns - 1, colors: this.#colors, unicode: this.#unicode };
    if (this.#mode === 'plain') {
      this.#output.write(`${formatProgress(now, speed, { ...layout, columns: 200 })}\n`);
      return;
    }
    this.#visible = true;
    this.#output.write(`\r\u001b[K${formatProgress(now, speed, layout)}`);
  }
}

const intervalMs = { bar: redrawMs, plain: plainEveryMs, json: jsonEveryMs, none: 0 } as const;

/** One line of `--progress json`. */
export function progressToJson(state: ProgressState, { perSecond, leftMs }: Speed): unknown {
  const { phase, items, itemName, itemCount, parts, notes } = state;
  const share = shareOf(state);
  return {
    progress: phase,
    [itemName]: items,
    ...(itemCount === undefined ? {} : { of: itemCount }),
    ...(parts === undefined ? {} : { parts: { name: parts.name, done: parts.done, count: parts.count } }),
    ...(share === undefined ? {} : { share: Number(share.toFixed(4)) }),
    ...(perSecond === undefined ? {} : { perSecond: Number(perSecond.toFixed(1)) }),
    ...(leftMs === undefined ? {} : { leftMs: Math.round(leftMs) }),
    ...(notes === undefined || notes.length === 0 ? {} : { notes }),
  };
}
