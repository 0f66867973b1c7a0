import type { WorkloadFigures } from '../src/index.js';
import type { SurvivalReport } from './survive.js';

/** Tables of Markdown: a row per part, and the levels of memory. */
export function describeSurvival(report: SurvivalReport): string {
  const { memoryBefore: before, memoryAfter: after, violationCounts } = report;
  const wrong = Object.entries(violationCounts).map(([kind, count]) => `${kind}: ${count}`);
  return [
    '',
    '| part | seconds | answered | per second | failed, by code | may have been applied, of those seen later | removals denied, reads of what they left | longest pause, ms | longest call, ms |',
    '|---|---|---|---|---|---|---|---|---|',
    ...[...report.phases, report.total].map(row),
    '',
    `wrong: ${wrong.join(', ')}; calls left in the client: ${report.leftInClient}`,
    '',
    '| MiB | before | after | at most |',
    '|---|---|---|---|',
    `| heap | ${before.heapMb} | ${after.heapMb} | |`,
    `| buffers | ${before.externalMb} | ${after.externalMb} | |`,
    `| resident | ${before.residentMb} | ${after.residentMb} | ${report.peakResidentMb} |`,
    '',
  ].join('\n');
}

function row(part: WorkloadFigures): string {
  const errors = Object.entries(part.errors).map(([code, count]) => `${code} ${count}`);
  const cells = [
    part.name,
    (part.durationMs / 1_000).toFixed(1),
    part.answered,
    part.answeredPerSecond,
    errors.length === 0 ? 'none' : errors.join(', '),
    `${part.maybeWritten}, ${part.late}`,
    `${part.removalsDenied}, ${part.revived}`,
    part.longestPauseMs,
    part.longestCallMs,
  ];
  return `| ${cells.join(' | ')} |`;
}
