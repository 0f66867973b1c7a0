import type { StoreCapabilities } from '@kvtwin/versioned-value';
import { casGuard, createGuard } from './plan-repair.js';
import type { RepairGuard } from './repair-result.js';

/** How safe repairs of a store's keys are at worst: of a key that is there, and of one that is not. */
export function storeGuard(store: StoreCapabilities): RepairGuard {
  const guards = [casGuard(store), createGuard(store)];
  return (['none', 'weak', 'strong'] as const).find((guard) => guards.includes(guard))!;
}
