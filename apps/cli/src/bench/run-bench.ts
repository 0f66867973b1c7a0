import type { BenchTarget } from './bench-target.js';
import type { LoadClock } from './load-clock.js';
import { RoundResult } from './round-result.js';
import { type LoadShape, type Operation, runLoad } from './run-load.js';

/** What is measured. */
export interface BenchPlan {
  readonly shape: Omit<LoadShape, 'durationMs'>;
  /** Of each target, all rounds together. */
  readonly durationMs: number;
  /** Of each target, before its first round; not measured. */
  readonly warmupMs: number;
  readonly rounds: number;
  /** Share of gets, 0 to 100. */
  readonly reads: number;
  readonly keys: number;
  /** 0 to 1, not included. */
  readonly random: () => number;
  readonly clock: LoadClock;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  /** Called before each round. */
  readonly onRound?: (target: BenchTarget, round: number) => void;
}

/** What a target did in its rounds. */
export interface TargetResult {
  readonly target: BenchTarget;
  readonly rounds: readonly RoundResult[];
}

/**
 * Measures targets in turn, round by round: A B, B A, A B …, so that whatever slows the machine for a while slows both.
 * A signal ends it early, with the rounds that were finished.
 */
export async function runBench(targets: readonly BenchTarget[], plan: BenchPlan): Promise<TargetResult[]> {
  const results = targets.map((target) => ({ target, rounds: [] as RoundResult[] }));
  for (const target of targets) {
    if (plan.warmupMs > 0) await runRound(target, plan, plan.warmupMs);
  }
  for (let round = 0; round < plan.rounds && !plan.signal.aborted; round++) {
    const order = round % 2 === 0 ? results : results.toReversed();
    for (const { target, rounds } of order) {
      plan.onRound?.(target, round);
      const result = await runRound(target, plan, plan.durationMs / plan.rounds);
      if (!plan.signal.aborted) rounds.push(result);
    }
  }
  return results;
}

async function runRound(target: BenchTarget, plan: BenchPlan, durationMs: number): Promise<RoundResult> {
  const result = new RoundResult(plan.nowMs());
  const next = (): Operation => {
    const kind = plan.random() * 100 < plan.reads ? 'get' : 'put';
    const key = Math.floor(plan.random() * plan.keys);
    return { kind, run: () => target.run(kind, key, plan.signal) };
  };
  result.elapsedMs = await runLoad(
    { ...plan.shape, durationMs },
    next,
    {
      onEnd: (kind, ms, error) => result.end(kind, ms, error),
      onNotBegun: (kind, ms) => result.waited(kind, ms),
      onLate: (ms) => result.lateness.record(ms),
    },
    plan.clock,
    plan.signal,
  );
  return result;
}
