import { slotOf } from '@kvtwin/hustdb-protocol';
import type { Two } from '@kvtwin/versioned-value';

interface TableItem {
  readonly item?: { readonly key?: unknown; readonly val?: unknown };
}

/**
 * The two masters of a routed text by a cluster's table file (`/get_table`): `host:port` of the first and the second.
 * Undefined where the file is none, or moves slots just now (`increase`, `decrease`).
 */
export function mastersOf(tableFile: string, routed: Uint8Array): Two<string> | undefined {
  const slot = slotOf(routed);
  for (const item of itemsOf(tableFile)) {
    const { key, val } = item.item ?? {};
    if (!isPairOf(key, 'number') || !isPairOf(val, 'string')) return undefined;
    if ('increase' in item || 'decrease' in item) return undefined;
    if (slot >= key[0] && slot < key[1]) return val;
  }
  return undefined;
}

/** The two masters of a cluster that is one pair; undefined for one of many pairs, or a file that is none. */
export function onlyMastersOf(tableFile: string): Two<string> | undefined {
  const [only, ...others] = itemsOf(tableFile);
  if (only === undefined || others.length > 0 || 'increase' in only || 'decrease' in only) return undefined;
  return isPairOf(only.item?.val, 'string') ? only.item.val : undefined;
}

function itemsOf(tableFile: string): TableItem[] {
  try {
    const { table } = JSON.parse(tableFile) as { table?: unknown };
    return Array.isArray(table) ? table : [];
  } catch {
    return [];
  }
}

function isPairOf(value: unknown, type: 'number'): value is Two<number>;
function isPairOf(value: unknown, type: 'string'): value is Two<string>;
function isPairOf(value: unknown, type: string): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === type);
}
