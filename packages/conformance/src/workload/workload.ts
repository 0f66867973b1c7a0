import { type Cache, HotRodError } from '@kvtwin/hotrod-client';
import { type SeededRandom, seededRandom } from '@kvtwin/testkit';
import { CallWatch, HungCallError } from './call-watch.js';
import { describeAnswer, describeHeld, describeTime } from './describe-step.js';
import { EntryModel, type Held, type Judgement } from './entry-model.js';
import { Pacer } from './pacer.js';
import { FigureCounter, type WorkloadFigures } from './workload-figures.js';
import type { Violation, WorkloadReport } from './workload-report.js';

/** The calls that are made; a cache of text for keys and values has them. */
export type WorkloadCache = Pick<
  Cache<string, string>,
  'get' | 'getEntry' | 'set' | 'replaceIf' | 'setIfAbsent' | 'delete' | 'getMany'
>;

/** Options of {@link Workload}. */
export interface WorkloadOptions {
  readonly cache: WorkloadCache;
  /** The client's `timeoutMs`: a call pending long past it has been lost. */
  readonly timeoutMs: number;
  /** Calls that go on at once, each on keys of its own. Default 128. */
  readonly workers?: number;
  readonly keysPerWorker?: number;
  /** Calls begun per second, while nothing is in the way. Default 2,500. */
  readonly callsPerSecond?: number;
  readonly seed?: number;
  /** A call this long past its time limit is hung. Default 5,000: timers are late on a busy machine. */
  readonly hangMarginMs?: number;
}

const KEPT_VIOLATIONS = 20;
const MAX_BATCH = 8;

interface Worker {
  readonly random: SeededRandom;
  readonly keys: readonly string[];
}

/**
 * Mixed calls on a cache, each answer checked. Every key has one writer, who makes one call at a time; so a model knows what
 * the key must hold, but for writes whose error says that they may have been applied. What contradicts the model, is not
 * settled in time, or fails with anything but a HotRodError is a violation.
 */
export class Workload {
  readonly #cache: WorkloadCache;
  readonly #watch: CallWatch;
  readonly #pacer: Pacer;
  readonly #models = new Map<string, EntryModel>();
  readonly #total: FigureCounter;
  readonly #phases: WorkloadFigures[] = [];
  readonly #violations: Violation[] = [];
  readonly #violationCounts = { 'wrong value': 0, 'wrong outcome': 0, 'hung call': 0, 'untyped error': 0 };
  readonly #workers: Promise<void>[];
  #phase: FigureCounter;
  #stopping = false;
  #stopped: Promise<WorkloadReport> | undefined;
  #written = 0;
  #waiters: { readonly goal: number; readonly resolve: () => void }[] = [];
  /** Changes when everything is lost: a call that began before says nothing about what there is now. */
  #era = 0;
  #losing = false;
  /** Since when the cluster has not changed. */
  #restsSinceMs = 0;

  /** Begins at once. The cache must not have keys of an earlier workload of the same seed. */
  constructor(options: WorkloadOptions) {
    const {
      workers = 128,
      keysPerWorker = 16,
      callsPerSecond = 2_500,
      seed = 1,
      hangMarginMs = 5_000,
    } = options;
    this.#cache = options.cache;
    this.#watch = new CallWatch(options.timeoutMs + hangMarginMs);
    this.#pacer = new Pacer(callsPerSecond);
    this.#total = new FigureCounter('total', performance.now());
    this.#phase = new FigureCounter('quiet', performance.now());
    this.#workers = Array.from({ length: workers }, (_, number) => {
      const keys = Array.from({ length: keysPerWorker }, (_, index) => `s${seed}-w${number}-k${index}`);
      for (const key of keys) this.#models.set(key, new EntryModel());
      return this.#work({ random: seededRandom(seed * 10_000 + number), keys });
    });
  }

  /** Calls that are under way. */
  get pending(): number {
    return this.#watch.pending;
  }

  /** Figures of the present part so far. */
  get soFar(): WorkloadFigures {
    return this.#phase.figures(performance.now());
  }

  /** Ends a part and begins another; answers the figures of the one that ended. */
  beginPhase(name: string): WorkloadFigures {
    const nowMs = performance.now();
    const ended = this.#phase.figures(nowMs);
    this.#phases.push(ended);
    this.#phase = new FigureCounter(name, nowMs);
    return ended;
  }

  /** To be called before nodes come or go. */
  clusterChanges(): void {
    this.#restsSinceMs = Number.POSITIVE_INFINITY;
  }

  /** To be called when all nodes agree again and nobody moves entries. */
  clusterRests(): void {
    this.#restsSinceMs = performance.now();
  }

  /** To be called before the last owners of entries end: until {@link everythingIsLost} no answer is judged. */
  everythingMayGetLost(): void {
    this.#losing = true;
    this.#era++;
  }

  /** To be called while no node runs: the cache is in memory and will be empty. */
  everythingIsLost(): void {
    this.#losing = false;
    this.#era++;
    for (const model of this.#models.values()) model.lost();
  }

  /** Resolves when that many more calls have been answered, or the workload stops. */
  answered(more: number): Promise<void> {
    return new Promise((resolve) => this.#waiters.push({ goal: this.#total.answered + more, resolve }));
  }

  /** Ends all workers, reads every key once more, and reports. Idempotent. */
  stop(): Promise<WorkloadReport> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<WorkloadReport> {
    this.#stopping = true;
    this.#pacer.stop();
    this.#tellWaiters(Number.POSITIVE_INFINITY);
    await Promise.all(this.#workers);
    for (const [key, model] of this.#models) await this.#get(key, model);
    this.#watch.stop();
    const nowMs = performance.now();
    return {
      total: this.#total.figures(nowMs),
      phases: [...this.#phases, this.#phase.figures(nowMs)],
      violations: this.#violations,
      violationCounts: this.#violationCounts,
    };
  }

  async #work({ random, keys }: Worker): Promise<void> {
    for (;;) {
      await this.#pacer.turn();
      if (this.#stopping) return;
      const key = keys[random.integer(0, keys.length - 1)]!;
      const model = this.#modelOf(key);
      const dice = random.integer(0, 99);
      if (dice < 40) await this.#get(key, model);
      else if (dice < 50) await this.#getEntry(key, model);
      else if (dice < 75) await this.#set(key, model, random);
      else if (dice < 83) await this.#replaceIf(key, model, random);
      else if (dice < 88) await this.#setIfAbsent(key, model, random);
      else if (dice < 93) await this.#delete(key, model);
      else await this.#getMany(keys, random);
    }
  }

  async #get(key: string, model: EntryModel): Promise<void> {
    await this.#read(
      `get ${key}`,
      model,
      () => this.#cache.get(key),
      (value) => this.#judgeValue('get', key, value),
    );
  }

  /** The version; undefined where there is no entry, or no answer. */
  async #getEntry(key: string, model: EntryModel): Promise<bigint | undefined> {
    let version: bigint | undefined;
    await this.#read(
      `getEntry ${key}`,
      model,
      () => this.#cache.getEntry(key),
      (entry) => {
        this.#judgeValue('getEntry', key, entry?.value);
        version = entry?.version;
      },
    );
    return version;
  }

  async #getMany(keys: readonly string[], random: SeededRandom): Promise<void> {
    const from = random.integer(0, keys.length - 1);
    const asked = keys.slice(from, from + MAX_BATCH);
    const model = this.#modelOf(asked[0]!);
    await this.#read(
      `getMany ${asked[0]}`,
      model,
      () => this.#cache.getMany(asked),
      (found) => {
        for (const key of asked) this.#judgeValue('getMany', key, found.get(key));
        for (const key of found.keys()) {
          if (!asked.includes(key))
            this.#violate('wrong value', `getMany answers ${key}, which nobody asked for`, []);
        }
      },
    );
  }

  async #set(key: string, model: EntryModel, random: SeededRandom): Promise<void> {
    const value = this.#newValue(key, random);
    await this.#write(
      `set ${key}`,
      model,
      value,
      () => this.#cache.set(key, value),
      () => model.written(value),
    );
  }

  async #replaceIf(key: string, model: EntryModel, random: SeededRandom): Promise<void> {
    const era = this.#era;
    const version = await this.#getEntry(key, model);
    if (version === undefined || era !== this.#era || this.#stopping) return;
    const value = this.#newValue(key, random);
    const call = (): Promise<boolean> => this.#cache.replaceIf(key, value, version);
    await this.#write(`replaceIf ${key}`, model, value, call, (done) => {
      if (done) model.written(value);
      // An open write may have come between.
      else if (!model.isUndead && !model.isOpen(performance.now()))
        this.#deny(`replaceIf of ${key} says that it was changed`, model, value);
    });
  }

  async #setIfAbsent(key: string, model: EntryModel, random: SeededRandom): Promise<void> {
    const value = this.#newValue(key, random);
    const call = (): Promise<boolean> => this.#cache.setIfAbsent(key, value);
    await this.#write(`setIfAbsent ${key}`, model, value, call, (done) => {
      const right = this.#judgePresence(`setIfAbsent of ${key}`, model, !done);
      if (done) model.written(value);
      else if (!right) model.maybeWritten(value, performance.now());
    });
  }

  async #delete(key: string, model: EntryModel): Promise<void> {
    const beganMs = performance.now();
    const call = (): Promise<boolean> => this.#cache.delete(key);
    await this.#write(`delete ${key}`, model, undefined, call, (done) => {
      // The servers of a cluster that changes may execute a removal twice by themselves, and answer for the second time.
      if (!done && model.held !== undefined && beganMs <= this.#restsSinceMs) {
        this.#count('removalsDenied');
        model.removalDenied();
        return;
      }
      this.#judgePresence(`delete of ${key}`, model, done);
      // One that finds nothing takes nothing away from the owners that have it.
      if (done || !model.isUndead) model.written(undefined);
    });
  }

  /** `judge` hears the answer, unless it says nothing about the present any more. */
  async #read<T>(
    what: string,
    model: EntryModel,
    call: () => Promise<T>,
    judge: (value: T) => void,
  ): Promise<void> {
    const era = this.#era;
    const answer = await this.#run(what, model, call);
    if (!(answer instanceof Failure) && this.#counts(era)) judge(answer.value);
  }

  /** As {@link #read}; where there is no answer, the model knows what may have been written. */
  async #write<T>(
    what: string,
    model: EntryModel,
    held: Held,
    call: () => Promise<T>,
    judge: (value: T) => void,
  ): Promise<void> {
    const era = this.#era;
    const answer = await this.#run(`${what} ${describeHeld(held)}`, model, call);
    if (!(answer instanceof Failure)) {
      if (this.#counts(era)) judge(answer.value);
      else model.maybeWritten(held, performance.now());
    } else if (answer.maybeWritten) {
      model.maybeWritten(held, performance.now());
      this.#count('maybeWritten');
    }
  }

  async #run<T>(
    what: string,
    model: EntryModel,
    call: () => Promise<T>,
  ): Promise<{ readonly value: T } | Failure> {
    const beganMs = performance.now();
    try {
      const value = await this.#watch.watch(what, call());
      const nowMs = performance.now();
      this.#total.onAnswer(beganMs, nowMs);
      this.#phase.onAnswer(beganMs, nowMs);
      this.#tellWaiters(this.#total.answered);
      model.note(`${describeTime(beganMs, nowMs)} ${what} → ${describeAnswer(value)}`);
      return { value };
    } catch (error) {
      return this.#onFailure(what, model, error, beganMs);
    }
  }

  #onFailure(what: string, model: EntryModel, error: unknown, beganMs: number): Failure {
    const nowMs = performance.now();
    model.note(`${describeTime(beganMs, nowMs)} ${what} failed: ${error}`);
    const code = HotRodError.is(error) ? error.code : String((error as Error).name);
    this.#total.onError(code, beganMs, nowMs);
    this.#phase.onError(code, beganMs, nowMs);
    if (HotRodError.is(error)) return new Failure(error.mayHaveBeenApplied);
    this.#violate(
      error instanceof HungCallError ? 'hung call' : 'untyped error',
      String(error),
      model.history,
    );
    return new Failure(true);
  }

  /** Whether a call that began in that era says something about the present. */
  #counts(era: number): boolean {
    return era === this.#era && !this.#losing;
  }

  #tellWaiters(answered: number): void {
    if (!this.#waiters.some(({ goal }) => goal <= answered)) return;
    for (const { goal, resolve } of this.#waiters) if (goal <= answered) resolve();
    this.#waiters = this.#waiters.filter(({ goal }) => goal > answered);
  }

  #judgeValue(operation: string, key: string, held: Held): void {
    const model = this.#modelOf(key);
    const expected = model.held;
    this.#judge(
      model.seen(held, performance.now()),
      model,
      'wrong value',
      () => `${operation} of ${key} answers ${describeHeld(held)} instead of ${describeHeld(expected)}`,
    );
  }

  /** Whether it was right. */
  #judgePresence(what: string, model: EntryModel, present: boolean): boolean {
    const judgement = model.seenPresence(present, performance.now());
    this.#judge(
      judgement,
      model,
      'wrong outcome',
      () =>
        `${what} says that there was ${present ? 'an' : 'no'} entry; there should have been ${describeHeld(model.held)}`,
    );
    return judgement !== 'wrong';
  }

  #judge(judgement: Judgement, model: EntryModel, kind: Violation['kind'], what: () => string): void {
    if (judgement === 'late' || judgement === 'revived') {
      this.#count(judgement);
    } else if (judgement === 'wrong') {
      this.#violate(kind, what(), model.history);
    }
  }

  #count(figure: 'maybeWritten' | 'late' | 'revived' | 'removalsDenied'): void {
    this.#total[figure]++;
    this.#phase[figure]++;
  }

  /** A conditional write was refused without a reason. From then on it may have been applied all the same. */
  #deny(what: string, model: EntryModel, held: Held): void {
    this.#violate('wrong outcome', what, model.history);
    model.maybeWritten(held, performance.now());
  }

  #violate(kind: Violation['kind'], what: string, history: readonly string[]): void {
    this.#violationCounts[kind]++;
    if (this.#violationCounts[kind] <= KEPT_VIOLATIONS)
      this.#violations.push({ kind, what, history: [...history] });
  }

  /** Never the same twice; mostly short, sometimes of several packets. */
  #newValue(key: string, random: SeededRandom): string {
    const padding = random.integer(0, 99) === 0 ? 8_192 : random.integer(0, 199);
    return `${key}#${++this.#written}:${'x'.repeat(padding)}`;
  }

  #modelOf(key: string): EntryModel {
    return this.#models.get(key)!;
  }
}

/** A call that failed. */
class Failure {
  constructor(readonly maybeWritten: boolean) {}
}
