import type {
  EntryVersion,
  PairRead,
  SideRead,
  StoreErrorCode,
  Two,
  VersionPolicy,
} from '@kvtwin/versioned-value';
import type { Compatibility } from '../proxy-options.js';
import { type Answer, emptyAnswer, notFound, textAnswer } from './answer.js';
import { versionText } from './version-text.js';

/**
 * What `/get2`, `/hget2`, `/zscore2` and `/sismember2` answer.
 *
 *     agreed          200  Version                          value
 *     version-skew    200  Version1 Version2                value
 *     value-conflict  409  Version            Val-Offset    first value, second value
 *     diverged        409  Version1 Version2  Val-Offset    first value, second value
 *     one-sided       404  Version: 0         | extended: 409  Version1 or Version2   value
 *     absent          404  Version: 0
 *     unreadable      404  Version: 0         | extended: 503, and which side failed why
 *
 * `valueless`: of a set's member, which has no value (`/sismember2`), a version-skew is 409 with the two versions, without Val-Offset and body.
 *
 * Pairs of policy `opaque` add `X-Version1` and `X-Version2`: each side's own token, which `ver` and `ver2` take back.
 */
export function pairAnswer(
  read: PairRead,
  policy: VersionPolicy,
  compat: Compatibility,
  { valueless = false }: { readonly valueless?: boolean } = {},
): Answer {
  const tokens = policy === 'opaque' ? sideTokens(read.sides) : [];
  switch (read.kind) {
    case 'agreed':
      return found(200, read.kind, ['Version', firstText(tokens, read.version), ...tokens], [read.value]);
    case 'version-skew':
      return found(
        valueless ? 409 : 200,
        read.kind,
        [...versionPair(read.versions), ...tokens],
        [read.value],
      );
    case 'value-conflict':
      return conflict(read.kind, ['Version', firstText(tokens, read.version)], read.values, tokens, compat);
    case 'diverged':
      return conflict(read.kind, versionPair(read.versions), read.values, tokens, compat);
    case 'one-sided':
      return compat === 'strict' ? notFound('one-sided') : oneSided(read, tokens);
    case 'absent':
      return notFound('absent');
    case 'unreadable':
      return unreadableAnswer(read.sides, compat);
  }
}

/**
 * At least one side could not be read. Strict: 404 as ever. Extended: 503 with one line per failing side; but a front's own
 * 404, which tells nothing, stays one.
 */
export function unreadableAnswer(sides: readonly SideRead[], compat: Compatibility): Answer {
  const message = sides
    .map((side, at) => `${['first', 'second', 'third', 'fourth'][at]}: ${describeSide(side)}`)
    .join('; ');
  const failed = sides.filter((side) => side.state === 'failed');
  if (compat === 'strict' || failed.length === 0) return notFound('unreadable', message);
  if (failed.some((side) => isCallersFault(side.error.code))) {
    return textAnswer(400, 'invalid-request', message);
  }
  return textAnswer(503, 'unreadable', message, ['Retry-After', '1']);
}

function found(
  status: number,
  outcome: Answer['outcome'],
  headers: readonly string[],
  body: readonly Uint8Array[],
): Answer {
  return { status, outcome, headers, body };
}

function oneSided(read: PairRead & { kind: 'one-sided' }, tokens: readonly string[]): Answer {
  const side = read.sides[read.present === 'first' ? 0 : 1];
  if (side.state !== 'present') return emptyAnswer(409, 'one-sided', tokens);
  const name = read.present === 'first' ? 'Version1' : 'Version2';
  return found(409, 'one-sided', [name, versionText(side.entry.version), ...tokens], [side.entry.value]);
}

function versionPair(versions: Two<EntryVersion>): string[] {
  return ['Version1', versionText(versions[0]), 'Version2', versionText(versions[1])];
}

/**
 * Two values in one body. HustDB values are never empty; strict answers a conflict with an empty one as HustDB HA answers
 * it, 404 with both kinds of version, since an old caller refuses a Val-Offset of 0 or of the whole length.
 */
function conflict(
  outcome: Answer['outcome'],
  versions: readonly string[],
  values: Two<Uint8Array>,
  tokens: readonly string[],
  compat: Compatibility,
): Answer {
  if (compat === 'strict' && values.some((value) => value.length === 0)) {
    return emptyAnswer(404, outcome, [...versions, 'Version', '0']);
  }
  return found(409, outcome, [...versions, 'Val-Offset', String(values[0].length), ...tokens], values);
}

/** What `Version` is where only values are compared: the first side's, whose text stands among the tokens already. */
function firstText(tokens: readonly string[], version: EntryVersion): string {
  return tokens[1] ?? versionText(version);
}

function sideTokens(sides: Two<SideRead>): string[] {
  const tokens: string[] = [];
  const [first, second] = sides;
  if (first.state === 'present') tokens.push('X-Version1', versionText(first.entry.version));
  if (second.state === 'present') tokens.push('X-Version2', versionText(second.entry.version));
  return tokens;
}

function describeSide(side: SideRead): string {
  return side.state === 'failed' ? `failed (${side.error.code}: ${side.error.message})` : side.state;
}

/** No side could ever answer this: its key is outside the store's rules, or the table holds another type. */
function isCallersFault(code: StoreErrorCode): boolean {
  return code.startsWith('STORE_INVALID_') || code === 'STORE_WRONG_TYPE';
}
