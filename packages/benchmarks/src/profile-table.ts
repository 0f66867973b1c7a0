import { markdownTable } from './markdown-table.js';
import type { SelfTime } from './self-times.js';

/** The functions that take most of the time themselves. */
export function profileTable(title: string, times: readonly SelfTime[]): string {
  const rows = times.map(({ where, share }) => [`${(share * 100).toFixed(1)} %`, `\`${where}\``]);
  return `${title} (CPU profile, time of a function's own; without the time that
Node spends outside of JavaScript, in waiting for and reading from sockets; \`writeBuffer\` is the system's write):

${markdownTable(['share', 'function'], rows)}`;
}
