import { ExitCode } from '../command-line/exit-code.js';
import { formatDuration } from '../output/format-duration.js';
import { formatCount } from '../output/format-size.js';
import { type Check, fail, note, ok, warn } from './check.js';
import type { SideFacts, SideReport } from './side-report.js';

/** Clocks that differ by more let entries expire on one side visibly earlier. */
const clockToleranceMs = 2000;

/** What two sides are to each other: encodings, versions, segments, sizes, clocks. */
export function compareSides([one, other]: readonly [SideReport, SideReport]): Check[] {
  return [
    ...encodingCheck('keys', one, other, ({ keyType }) => keyType),
    ...encodingCheck('values', one, other, ({ valueType }) => valueType),
    ...versionChecks(one, other),
    ...segmentChecks(one, other),
    ...entryChecks(one, other),
    ...clockChecks([one, other]),
  ];
}

function encodingCheck(
  what: 'keys' | 'values',
  one: SideReport,
  other: SideReport,
  typeOf: (facts: SideFacts) => string | undefined,
): Check[] {
  const [first, second] = [typeOf(one.facts), typeOf(other.facts)];
  if (first === undefined || second === undefined) return [];
  const name = `${what}-encoding`;
  if (first === second) return [ok(name, `both sides give ${what} as ${first}`)];
  const text = `${one.name} gives ${what} as ${first}, ${other.name} as ${second}`;
  if (isBytes(first) && isBytes(second)) return [ok(name, `${text}: the same bytes`)];
  const effect =
    what === 'keys'
      ? 'the same key may have other bytes on each side: diff would then report every key twice, as only on one side'
      : 'the same value may have other bytes on each side: diff would then report every key as a conflict';
  const advice = 'ask both for one type, such as ?media=text/plain or ?media=application/json in both URLs';
  return [fail(name, `${text}; ${effect}`, advice, ExitCode.usage)];
}

/** Types under which a server hands out the application's bytes as they are. */
function isBytes(type: string): boolean {
  return /^(?:application\/octet-stream|application\/unknown|text\/plain)(?:;|$)/.test(type);
}

function versionChecks(one: SideReport, other: SideReport): Check[] {
  const [first, second] = [one.facts.countsVersions, other.facts.countsVersions];
  if (first === undefined || second === undefined) return [];
  if (first && second) return [ok('versions', 'versions count on both sides: a newer one is known as such')];
  if (!first && !second) {
    return [
      note('versions', 'versions are tokens of each side: which value is newer is not known from them'),
    ];
  }
  const [tokens] = first ? [other] : [one];
  return [
    note('versions', `versions of ${tokens.name} are tokens: they are not compared with the other side's`),
  ];
}

function segmentChecks({ facts: one }: SideReport, { facts: other }: SideReport): Check[] {
  if (one.segments === undefined || other.segments === undefined) return [];
  if (one.segments === other.segments) return [ok('segments', `both sides have ${one.segments} segments`)];
  const text = `${one.segments} and ${other.segments} segments: a diff divides its work by key instead`;
  return [note('segments', text)];
}

function entryChecks(one: SideReport, other: SideReport): Check[] {
  const [first, second] = [one.facts.entries, other.facts.entries];
  if (first === undefined || second === undefined) return [];
  if (first === second) return [ok('entries', `both sides count ${formatCount(first)} entries`)];
  const text = `${one.name} counts ${formatCount(first)} entries, ${other.name} ${formatCount(second)}`;
  return [note('entries', `${text}: kvtwin diff tells which`)];
}

function clockChecks(sides: readonly [SideReport, SideReport]): Check[] {
  const told = sides.filter(({ facts }) => facts.clockOffsetMs !== undefined);
  const checks = told.map(({ name, facts }) =>
    clockCheck(name, facts.clockOffsetMs!, facts.clockErrorMs ?? 0),
  );
  const untold = sides.filter(({ facts }) => facts.clockOffsetMs === undefined).map(({ name }) => name);
  if (untold.length > 0) checks.push(note('clock', `the clock of ${untold.join(' and ')} is not told`));
  return checks;
}

function clockCheck(name: string, offsetMs: number, errorMs: number): Check {
  const away = formatDuration(Math.abs(offsetMs));
  if (Math.abs(offsetMs) - errorMs <= clockToleranceMs) {
    return ok(
      'clock',
      `the clock of ${name} is that of this machine, to within ${formatDuration(clockToleranceMs + errorMs)}`,
    );
  }
  const direction = offsetMs > 0 ? 'ahead of' : 'behind';
  return warn(
    'clock',
    `the clock of ${name} is ${away} ${direction} this machine's`,
    'synchronise the clocks (NTP): entries expire by them',
  );
}
