import type { PairRead, Two } from '@kvtwin/versioned-value';
import type { Colors } from '../output/output.js';

/** What a read of two sides says, in a word or two. */
export function pairLabel(read: PairRead, names: Two<string>): string {
  switch (read.kind) {
    case 'agreed':
      return 'AGREED';
    case 'absent':
      return 'ABSENT on both sides';
    case 'version-skew':
      return 'VERSION SKEW (same value)';
    case 'value-conflict':
      return 'CONFLICT';
    case 'diverged':
      return 'DIVERGED (value and version)';
    case 'one-sided':
      return `ONLY ${names[read.present === 'first' ? 0 : 1]}`;
    case 'unreadable':
      return 'UNREADABLE';
  }
}

/** The colour of {@link pairLabel}. */
export function pairColor(kind: PairRead['kind'], colors: Colors): (text: string) => string {
  if (kind === 'agreed' || kind === 'absent') return colors.green;
  if (kind === 'unreadable') return colors.magenta;
  return kind === 'value-conflict' || kind === 'diverged' ? colors.red : colors.yellow;
}
