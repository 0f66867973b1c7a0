import type { RepairTake } from '@kvtwin/replica-pair';
import type { Choice } from './resolve-item.js';

/** What a repair is asked for where somebody chose so. */
export function takeOf(choice: Choice): RepairTake {
  if (choice.kind !== 'merge') return choice.kind;
  const { kind: _, ...value } = choice;
  return value;
}
