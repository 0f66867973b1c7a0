import { createHash } from 'node:crypto';
import type { ConfirmResult } from '@kvtwin/replica-pair';
import type { PairRead, SideRead, Two, VersionedValue } from '@kvtwin/versioned-value';
import { displayWidth, padEndColumns } from '../output/display-width.js';
import { formatDuration } from '../output/format-duration.js';
import { formatSize } from '../output/format-size.js';
import { escapeControls, formatKeyHeading } from '../output/key-text.js';
import type { Colors } from '../output/output.js';
import { previewDifference, previewFromDifference, previewValue } from '../output/value-preview.js';
import { formatVersion } from '../output/version-text.js';
import { pairColor, pairLabel } from './pair-label.js';

/** What {@link viewPairRead} shows. */
export interface PairReadView {
  readonly key: Uint8Array;
  readonly read: PairRead;
  readonly names: Two<string>;
  /** How a difference was confirmed; absent where nothing was to be confirmed. */
  readonly confirmation?: ConfirmResult;
  readonly nowMs: number;
  readonly colors: Colors;
}

/** A key on both sides, as lines for people. */
export function viewPairRead(view: PairReadView): string[] {
  return [
    headline(view),
    ...sideLines(view),
    ...expirationLine(view),
    ...noteLines(view),
    ...valueLines(view),
  ];
}

function headline({ key, read, names, confirmation, colors }: PairReadView): string {
  const confirmed = confirmation === undefined ? '' : `   ${confirmationText(confirmation)}`;
  return `${colors.bold(formatKeyHeading(key))}   ${label(read, names, colors)}${confirmed}`;
}

function label(read: PairRead, names: Two<string>, colors: Colors): string {
  return pairColor(read.kind, colors)(pairLabel(read, names));
}

function confirmationText({ outcome, confirmed, needed, reads, elapsedMs }: ConfirmResult): string {
  const time = `over ${formatMs(elapsedMs)}`;
  if (outcome === 'confirmed') return `confirmed ${confirmed}/${needed} ${time}`;
  if (outcome === 'settled') return `settled itself after ${reads} reads ${time}`;
  return `${outcome} after ${reads} reads ${time}`;
}

/** Reads over a window of 600 ms are told as 600 ms, not as the 603 that timers made of it. */
function formatMs(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms / 10) * 10} ms` : formatDuration(ms);
}

function sideLines({ read, names, nowMs, colors }: PairReadView): string[] {
  const rows = read.sides.map((side, at) => [
    at === 0 ? 'A' : 'B',
    names[at]!,
    ...(side.state === 'present' ? entryCells(side.entry, nowMs) : [stateText(side, colors)]),
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(
      ...rows.filter((row) => row.length > 3 || column < 2).map((row) => displayWidth(row[column] ?? '')),
      0,
    ),
  );
  return rows.map((row) =>
    `  ${row.map((cell, column) => padEndColumns(cell, widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}

function entryCells(entry: VersionedValue, nowMs: number): string[] {
  return [
    `v ${formatVersion(entry.version)}`,
    formatSize(entry.value.length),
    expirationText(entry, nowMs),
    `sha ${createHash('sha256').update(entry.value).digest('hex').slice(0, 6)}…`,
  ];
}

/** What is left of the lifespan, on the clock of this machine. */
export function expirationText({ expiration, createdAtMs }: VersionedValue, nowMs: number): string {
  if (expiration.kind === 'unknown') return 'ttl ?';
  if (expiration.kind === 'immortal') return 'no ttl';
  const { lifespanMs, maxIdleMs } = expiration;
  const left =
    lifespanMs === undefined || createdAtMs === undefined
      ? lifespanMs
      : Math.max(0, createdAtMs + lifespanMs - nowMs);
  const parts = [
    ...(left === undefined ? [] : [`ttl ${formatDuration(left)}`]),
    ...(maxIdleMs === undefined ? [] : [`idle ${formatDuration(maxIdleMs)}`]),
  ];
  return parts.join(' ');
}

function stateText(side: Exclude<SideRead, { state: 'present' }>, colors: Colors): string {
  if (side.state === 'absent') return colors.dim('absent');
  if (side.state === 'unknown') return colors.magenta('unknown (the front does not tell absent from failed)');
  return colors.magenta(`failed: ${escapeControls(side.error.message)} (${side.error.code})`);
}

function expirationLine({ read }: PairReadView): string[] {
  const skewMs = read.expirationSkewMs;
  if (skewMs === undefined) return [];
  const later = skewMs > 0 ? 'B' : 'A';
  return [
    Number.isFinite(skewMs)
      ? `  expiry differs: ${later} expires ${formatDuration(Math.abs(skewMs))} later`
      : `  expiry differs: ${later} never expires`,
  ];
}

function noteLines({ read }: PairReadView): string[] {
  if (read.kind !== 'value-conflict' || read.versionsCompared) return [];
  return read.sides.every((side) => side.state === 'present' && side.entry.version.scheme === 'hotrod')
    ? ['  versions are node-local on Infinispan: order unknown']
    : ['  versions of the two sides cannot be compared: order unknown'];
}

function valueLines({ read, colors }: PairReadView): string[] {
  switch (read.kind) {
    case 'agreed':
    case 'version-skew':
      return [`  ${previewValue(read.value)}`];
    case 'value-conflict':
    case 'diverged': {
      const difference = previewDifference(read.values[0], read.values[1], colors);
      if (difference !== undefined) return [`  ${difference}`];
      const [first, second] = previewFromDifference(read.values[0], read.values[1]);
      return [`  A  ${first}`, `  B  ${second}`];
    }
    default:
      return read.sides.flatMap((side) =>
        side.state === 'present' ? [`  ${previewValue(side.entry.value)}`] : [],
      );
  }
}
