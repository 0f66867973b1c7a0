import type { Held } from './entry-model.js';

/** A value without its padding. */
export function describeHeld(held: Held): string {
  return held === undefined ? 'nothing' : held.slice(0, held.indexOf(':'));
}

/** An answer, for a history. */
export function describeAnswer(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return describeHeld(value);
  if (value instanceof Map) return `${value.size} entries`;
  if (typeof value === 'object' && value !== null && 'value' in value)
    return describeHeld(value.value as string);
  return String(value);
}

/** When it began, and how long it took. */
export function describeTime(beganMs: number, endedMs: number): string {
  return `${Math.round(beganMs)}+${Math.round(endedMs - beganMs)} ms`;
}
