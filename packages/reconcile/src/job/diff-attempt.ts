import type { Side, Two } from '@kvtwin/versioned-value';
import { type DiffClass, diffClasses } from '../diff/diff-class.js';
import type { ClassCounts } from '../diff/diff-progress.js';
import { readBatchSize } from '../scan/read-batch-size.js';
import type { AttemptParts } from './attempt-parts.js';
import { collectSeen } from './collect-seen.js';
import { confirmUnit } from './confirm-unit.js';
import type { DiffJobState } from './diff-job-state.js';
import { stateWrite } from './diff-job-state.js';
import { DiffTimeline } from './diff-timeline.js';
import { findInPart } from './find-in-part.js';
import { findInRange } from './find-in-range.js';
import type { OrderedWrite } from './ordered-store.js';
import { runUnits } from './run-units.js';
import type { UnitFindings } from './unit-findings.js';
import { type UnitRecord, unitWrite } from './unit-record.js';

/** Where an attempt stands right now, units under way included. */
export interface AttemptStanding {
  readonly state: DiffJobState;
  readonly scanned: Two<number>;
  readonly units: number;
  readonly classes: ClassCounts;
  readonly elapsedMs: number;
}

/** How an attempt begins and tells of itself. */
export interface AttemptOptions {
  readonly state: DiffJobState;
  readonly done: readonly UnitRecord[];
  /** When the job would have begun if this were its only attempt, in milliseconds since the epoch. */
  readonly beganMs: number;
  readonly onStanding: (standing: AttemptStanding) => void;
}

/** One attempt at a job: from what the last one left to the end, every step kept before the next. */
export class DiffAttempt {
  readonly #parts: AttemptParts;
  readonly #options: AttemptOptions;
  readonly #timeline: DiffTimeline;
  readonly #units: UnitRecord[];
  readonly #classes: Record<DiffClass, number>;
  readonly #shown: Record<Side, number>;
  #valueBytes: number;
  #state: DiffJobState;

  constructor(parts: Omit<AttemptParts, 'onShown'>, options: AttemptOptions) {
    this.#parts = { ...parts, onShown: (side, entries, bytes) => this.#onShown(side, entries, bytes) };
    this.#options = options;
    const { state, done } = options;
    this.#state = state;
    this.#timeline = new DiffTimeline(state.timeline);
    this.#units = [...done];
    this.#classes = Object.fromEntries(diffClasses.map((name) => [name, 0])) as Record<DiffClass, number>;
    for (const { classes } of done) this.#count(classes);
    const shown = (at: 0 | 1): number =>
      done.reduce((sum, { scanned }) => sum + scanned[at], state.scanned[at]);
    this.#shown = { first: shown(0), second: shown(1) };
    this.#valueBytes = state.valueBytes;
  }

  get standing(): AttemptStanding {
    return {
      state: this.#state,
      scanned: [this.#shown.first, this.#shown.second],
      units: this.#units.length,
      classes: { ...this.#classes },
      elapsedMs: this.#elapsedMs(),
    };
  }

  /** Resolves at the end; rejects where it stopped. `stop` is fired when a unit fails. */
  async run(stop: AbortController): Promise<void> {
    const { layout } = this.#state;
    if (this.#state.phase === 'scanning') {
      await collectSeen(this.#parts, this.#state, (writes, change) => this.#keep(writes, change));
    }
    if (this.#state.phase === 'comparing') {
      await this.#compare(layout.kind === 'parts' ? findInPart : findInRange, stop);
      this.#noteTime(true);
      await this.#keep([], { phase: 'done' });
    }
  }

  async #compare(
    find: (parts: AttemptParts, unit: number) => Promise<UnitFindings>,
    stop: AbortController,
  ): Promise<void> {
    const done = new Set(this.#units.map(({ unit }) => unit));
    const all = Array.from({ length: this.#state.layout.units }, (_, unit) => unit);
    const { concurrency } = this.#parts.settings;
    const work = {
      scannedAtOnce: () => Math.max(1, Math.floor(concurrency * this.#level())),
      find: (unit: number, signal: AbortSignal) => find({ ...this.#parts, signal }, unit),
      openKeys: ({ open }: UnitFindings) => open.length,
      finish: (unit: number, findings: UnitFindings, signal: AbortSignal) =>
        this.#finish(unit, findings, signal),
    };
    const left = all.filter((unit) => !done.has(unit));
    await runUnits(left, work, stop);
  }

  async #finish(unit: number, findings: UnitFindings, signal: AbortSignal): Promise<void> {
    const confirmed = await confirmUnit({ ...this.#parts, signal }, unit, findings, () =>
      this.#readBatchSize(),
    );
    const { record, rows } = confirmed;
    await this.#keep([...rows, unitWrite(record)], {});
    this.#units.push(record);
    this.#count(record.classes);
    this.#tell();
  }

  async #keep(writes: readonly OrderedWrite[], change: Partial<DiffJobState>): Promise<DiffJobState> {
    const { loads, store } = this.#parts;
    this.#state = {
      ...this.#state,
      ...change,
      elapsedMs: this.#elapsedMs(),
      latency: [loads[0].latency.toJSON(), loads[1].latency.toJSON()],
      timeline: this.#timeline.samples,
    };
    const state = this.#state;
    await store.write([...writes, stateWrite(state)]);
    return state;
  }

  #onShown(side: Side, entries: number, valueBytes: number): void {
    this.#shown[side] += entries;
    this.#valueBytes += valueBytes;
    this.#noteTime(false);
    this.#tell();
  }

  #noteTime(atEnd: boolean): void {
    const { first, second } = this.#shown;
    this.#timeline.note(this.#elapsedMs(), Math.round((first + second) / 2), this.#parts.loads, atEnd);
  }

  #tell(): void {
    this.#options.onStanding(this.standing);
  }

  #elapsedMs(): number {
    return this.#parts.settings.clock.nowMs() - this.#options.beganMs;
  }

  #count(classes: ClassCounts): void {
    for (const name of diffClasses) this.#classes[name] += classes[name];
  }

  #level(): number {
    return Math.min(...this.#parts.loads.map(({ level }) => level));
  }

  #readBatchSize(): number {
    const { batchSize } = this.#parts.settings;
    const meanBytes = this.#valueBytes / Math.max(1, this.#shown.first + this.#shown.second);
    return readBatchSize(batchSize, meanBytes, this.#parts.loads);
  }
}
