import type { StoreCapabilities } from '@kvtwin/versioned-value';
import { formatDuration } from '../output/format-duration.js';
import { formatSize } from '../output/format-size.js';

/** What one store can keep. */
export interface Carrier {
  readonly capabilities: StoreCapabilities;
  /** The longest lifespan; absent: any. */
  readonly maxLifespanMs?: number | undefined;
}

/** What `target` cannot keep of what `source` may hold, each in a few words; as kv, which hashes are like. */
export function cannotCarry(source: Carrier, target: Carrier): string[] {
  const [from, to] = [source.capabilities, target.capabilities];
  const { maxLifespanMs: longest } = target;
  const shorter = longest !== undefined && longest < (source.maxLifespanMs ?? Number.POSITIVE_INFINITY);
  const signs = to.forbiddenKeyBytes.filter((byte) => !from.forbiddenKeyBytes.includes(byte));
  const told: readonly (readonly [boolean, string])[] = [
    [from.lifespan && !to.lifespan, 'lifespans'],
    [from.lifespan && to.lifespan && shorter, `lifespans above ${formatDuration(longest ?? 0)}`],
    [from.maxIdle && !to.maxIdle, 'max-idle times'],
    [from.emptyKeys && !to.emptyKeys, 'empty keys'],
    [from.emptyValues && !to.emptyValues, 'empty values'],
    [signs.length > 0, `keys with ${signs.map((byte) => String.fromCharCode(byte)).join(' or ')}`],
    [from.maxKeyBytes > to.maxKeyBytes, `keys above ${formatSize(to.maxKeyBytes)}`],
    [from.maxValueBytes > to.maxValueBytes, `values above ${formatSize(to.maxValueBytes)}`],
  ];
  return told.flatMap(([isSo, text]) => (isSo ? [text] : []));
}
