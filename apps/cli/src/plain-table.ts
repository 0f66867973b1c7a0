import type { TableConstructorOptions } from 'cli-table3';

/** A table without lines: columns two spaces apart, two spaces from the margin. */
export function plainTable(options: TableConstructorOptions = {}): TableConstructorOptions {
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '',
  };
  return {
    chars: none,
    style: { 'padding-left': 2, 'padding-right': 0, head: [], border: [], compact: true },
    ...options,
  };
}
