import type { PairWrite, SideWrite, Two, VersionPolicy } from '@kvtwin/versioned-value';
import type { Compatibility } from '../proxy-options.js';
import { type WriteKind, type WriteVerdict, writeVerdict } from '../repair/write-verdict.js';
import { type Answer, emptyAnswer, notFound, type Outcome, textAnswer } from './answer.js';
import { largerVersionText, versionText } from './version-text.js';

/** What a write is answered by. */
export interface WriteAnswerContext extends WriteKind {
  readonly policy: VersionPolicy;
  readonly compat: Compatibility;
  /** `host:port` of each side, for `Sync`. */
  readonly sideNames: Two<string>;
}

/**
 * What `/put`, `/hset`, `/del` and `/hdel` answer. `X-Sides` always tells both sides.
 *
 *     sides                      strict               extended
 *     done, done                 200 Version          200 Version
 *     done, unknown              200 Sync Version     200 Sync Version
 *     done, refused              200 Sync Version     409 Version1 Version2
 *     done, nothing to delete    404 Version: 0       200 Version
 *     done, wrong type           404 Version: 0       409 Version1 Version2
 *     nothing done, known        404 Version: 0       404, 409, 412, 400 or 502: see rejectedAnswer
 *     nothing done, one unknown  404 Version: 0       503
 */
export function writeAnswer(write: PairWrite, context: WriteAnswerContext): Answer {
  const verdicts: Two<WriteVerdict> = [
    writeVerdict(write.sides[0], context),
    writeVerdict(write.sides[1], context),
  ];
  const answer =
    context.compat === 'strict'
      ? strictAnswer(write, verdicts, context)
      : extendedAnswer(write, verdicts, context);
  return { ...answer, headers: [...answer.headers, ...sidesHeader(write)] };
}

/** `X-Sides`: how each side took a write. */
export function sidesHeader(write: PairWrite): string[] {
  return ['X-Sides', write.sides.map(describe).join(', ')];
}

function strictAnswer(write: PairWrite, verdicts: Two<WriteVerdict>, context: WriteAnswerContext): Answer {
  const done = verdicts.filter((verdict) => verdict === 'done').length;
  if (done === 2) return doneAnswer(write, context);
  if (done === 1 && verdicts.includes('hard')) return syncAnswer(write, verdicts, context);
  if (write.missed !== undefined) return missedAnswer(write.missed);
  return notFound(overall(write, context));
}

function extendedAnswer(write: PairWrite, verdicts: Two<WriteVerdict>, context: WriteAnswerContext): Answer {
  const done = verdicts.filter((verdict) => verdict === 'done').length;
  const other = write.sides[verdicts[0] === 'done' ? 1 : 0];
  if (done === 2) return doneAnswer(write, context);
  if (done === 1) {
    if (isUnknown(other)) return syncAnswer(write, verdicts, context);
    if (other.state === 'rejected' && other.reason === 'absent' && context.removal)
      return doneAnswer(write, context);
    return emptyAnswer(409, 'rejected', bothVersions(write));
  }
  if (write.missed !== undefined) return missedAnswer(write.missed);
  if (write.sides.some(isUnknown)) {
    return textAnswer(503, 'unknown', explain(write), ['Retry-After', '1']);
  }
  return rejectedAnswer(write, context);
}

/** 200 with the larger version, as HustDB HA; with the first side's token where versions are opaque. */
function doneAnswer(write: PairWrite, context: WriteAnswerContext): Answer {
  return emptyAnswer(200, 'applied', [...writtenVersion(write, context)]);
}

/** 200, but only one copy is as asked; `Sync` names the side that is not. */
function syncAnswer(write: PairWrite, verdicts: Two<WriteVerdict>, context: WriteAnswerContext): Answer {
  const failed = verdicts[0] === 'done' ? 1 : 0;
  return emptyAnswer(200, isUnknown(write.sides[failed]) ? 'unknown' : 'rejected', [
    'Sync',
    write.missed?.name ?? context.sideNames[failed],
    ...writtenVersion(write, context),
  ]);
}

/** A front told that one of its sides took the write, and which one did not is not known here. */
function missedAnswer({ name, version }: NonNullable<PairWrite['missed']>): Answer {
  return emptyAnswer(200, 'unknown', ['Sync', name, 'Version', versionText(version)]);
}

/**
 * Both sides answered, and neither did it. Extended:
 * 404 nothing to delete · 412 version mismatch, with the versions that are there · 409 the table holds another type ·
 * 400 the store cannot keep this key, value or option · 502 it refused for a reason of its own.
 */
function rejectedAnswer(write: PairWrite, context: WriteAnswerContext): Answer {
  const sides = write.sides.filter((side) => side.state === 'rejected');
  if (context.removal && sides.every((side) => side.reason === 'absent')) return notFound('absent');
  const code = sides.find((side) => side.error !== undefined)?.error?.code;
  if (code === undefined) return emptyAnswer(412, 'rejected', bothVersions(write));
  if (code === 'STORE_WRONG_TYPE') return textAnswer(409, 'rejected', explain(write));
  if (code === 'STORE_UNSUPPORTED') return textAnswer(400, 'unsupported', explain(write));
  if (code.startsWith('STORE_INVALID_')) return textAnswer(400, 'invalid-request', explain(write));
  return textAnswer(502, 'rejected', explain(write));
}

function writtenVersion(write: PairWrite, context: WriteAnswerContext): string[] {
  const [first, second] = write.sides.map((side) =>
    'version' in side && writeVerdict(side, context) === 'done' ? versionText(side.version) : '',
  ) as [string, string];
  if (context.policy === 'counter') return ['Version', largerVersionText(first, second)];
  const tokens: string[] = ['Version', first];
  if (first !== '') tokens.push('X-Version1', first);
  if (second !== '') tokens.push('X-Version2', second);
  return tokens;
}

/** What each side holds now, as far as it told: `Version1`, `Version2`. */
function bothVersions(write: PairWrite): string[] {
  return write.sides.flatMap((side, at) => {
    const text = 'version' in side ? versionText(side.version) : '';
    return text === '' ? [] : [`Version${at + 1}`, text];
  });
}

function overall(write: PairWrite, context: WriteAnswerContext): Outcome {
  if (write.sides.some(isUnknown)) return 'unknown';
  if (write.sides.some((side) => writeVerdict(side, context) === 'done')) return 'rejected';
  const nothingThere = write.sides.every((side) => side.state === 'rejected' && side.reason === 'absent');
  return context.removal && nothingThere ? 'absent' : 'rejected';
}

function isUnknown(side: SideWrite): boolean {
  return side.state === 'unknown' || side.state === 'not-sent';
}

/** `applied`, `rejected (mismatch)`, `rejected (STORE_WRONG_TYPE)`, `unknown (STORE_TIMEOUT)`. */
function describe(side: SideWrite): string {
  if (side.state === 'rejected') return `rejected (${side.error?.code ?? side.reason})`;
  return side.state === 'unknown' ? `unknown (${side.error.code})` : side.state;
}

function explain(write: PairWrite): string {
  const line = (side: SideWrite): string => {
    const error = side.state === 'unknown' || side.state === 'rejected' ? side.error : undefined;
    return error === undefined ? describe(side) : `${describe(side)}: ${error.message}`;
  };
  return `first: ${line(write.sides[0])}; second: ${line(write.sides[1])}`;
}
