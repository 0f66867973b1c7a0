import { HistogramLogWriter } from 'hdr-histogram-js';
import type { TargetResult } from './run-bench.js';

/**
 * The rounds as a log of HdrHistogram: one interval for each round, tagged with the target, in microseconds (the column of
 * the maximum in milliseconds). Its plotters and readers take it.
 */
export function hdrLog(results: readonly TargetResult[]): string {
  let text = '';
  const writer = new HistogramLogWriter((piece) => {
    text += piece;
  });
  const rounds = results.flatMap(({ target, rounds }) =>
    rounds.map((round) => ({ name: target.name, round })),
  );
  rounds.sort((one, other) => one.round.startedAtMs - other.round.startedAtMs);
  const startMs = rounds[0]?.round.startedAtMs ?? 0;
  writer.outputComment('latencies of kvtwin bench, in microseconds');
  writer.outputLogFormatVersion();
  writer.outputStartTime(startMs);
  writer.outputLegend();
  for (const { name, round } of rounds) {
    const { hdr } = round.all;
    // Tags end at a comma or a space.
    hdr.tag = name.replaceAll(/[,\s]/g, '_');
    const fromS = (round.startedAtMs - startMs) / 1000;
    writer.outputIntervalHistogram(hdr, fromS, fromS + round.elapsedMs / 1000, 1000);
  }
  return text;
}
