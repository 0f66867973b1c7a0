import type { ClientName } from './client-name.js';
import type { CellRounds } from './rounds.js';
import { least, median } from './statistics.js';

/** `230 k/s, 2.34 µs, 250/900 µs`: operations per second, CPU for each, p50 and p99; empty for one that did not take part. */
export function figuresOf(cell: CellRounds, name: ClientName): string {
  const rounds = cell.rounds.get(name);
  if (rounds === undefined) return '';
  const perSecond = median(rounds.map((round) => round.perSecond));
  const p50 = median(rounds.map((round) => round.p50Micros));
  const p99 = median(rounds.map((round) => round.p99Micros));
  const latency = p50 === 0 ? '' : `, ${micros(p50)} / ${micros(p99)}`;
  return `${perSecondText(perSecond)}, ${micros(cpuOf(cell, name)!)}${latency}`;
}

/** Least CPU time for an operation, in µs. */
export function cpuOf(cell: CellRounds, name: ClientName): number | undefined {
  const rounds = cell.rounds.get(name);
  return rounds === undefined ? undefined : least(rounds.map((round) => round.cpuMicros));
}

/** Median of the ratios of operations per second, round by round. */
export function speedRatio(cell: CellRounds, name: ClientName, other: ClientName): number | undefined {
  const ours = cell.rounds.get(name);
  const others = cell.rounds.get(other);
  if (ours === undefined || others === undefined) return undefined;
  return median(ours.map((round, at) => round.perSecond / others[at]!.perSecond));
}

/** CPU of one as a multiple of the other's. */
export function cpuRatio(cell: CellRounds, name: ClientName, other: ClientName): number | undefined {
  const ours = cpuOf(cell, name);
  const others = cpuOf(cell, other);
  return ours === undefined || others === undefined ? undefined : ours / others;
}

/** A goal of a figure. */
export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** `0.92 (≥ 0.90, met)`. */
export function against(value: number | undefined, goal: Goal | undefined, digits = 2): string {
  if (value === undefined) return '';
  const text = value.toFixed(digits);
  if (goal === undefined) return text;
  const bound = goal.atLeast === undefined ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
  return `${text} (${bound}, ${isMet(value, goal) ? 'met' : '**missed**'})`;
}

export function isMet(value: number, { atLeast, atMost }: Goal): boolean {
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}

function perSecondText(perSecond: number): string {
  if (perSecond < 1_000) return `${perSecond.toPrecision(3)} /s`;
  return `${(perSecond / 1_000).toFixed(perSecond < 100_000 ? 1 : 0)} k/s`;
}

/** `0.45 µs`, `12 µs`, `3.4 ms`. */
export function micros(value: number): string {
  if (value >= 1_000) return `${(value / 1_000).toPrecision(3)} ms`;
  return `${value < 10 ? value.toFixed(2) : value.toFixed(value < 100 ? 1 : 0)} µs`;
}
