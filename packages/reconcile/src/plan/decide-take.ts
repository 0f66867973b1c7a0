import { expiryInstantMs, type PairRead, type SideRead, type Two } from '@kvtwin/versioned-value';
import type { DiffClass } from '../diff/diff-class.js';
import { compareInstants, type Instant, instantOf } from './instant.js';
import { type JsonPath, memberAt } from './json-path.js';
import type { PlanTake } from './plan-row.js';
import type { PlanAction, PlanRule } from './plan-rule.js';

/** What the rules say of a key, and why. */
export interface Decision {
  readonly take: PlanTake;
  readonly why: string;
}

/**
 * Asks the rules in order; the first one for the key's class and prefix decides, and no other is asked. Nothing is
 * called newer without evidence: where the rule cannot tell, the key is `undecided` and `why` says what was missing.
 */
export function decideTake(
  rules: readonly PlanRule[],
  {
    key,
    class: name,
    read,
  }: { readonly key: Uint8Array; readonly class: DiffClass; readonly read: PairRead },
): Decision {
  const rule = rules.find(({ classes, prefix }) => classes.has(name) && beginsWith(key, prefix));
  // Sides whose copies only expire apart agree: nobody has to decide about them.
  if (rule === undefined) return { take: name === 'expiry-skew' ? 'skip' : 'undecided', why: 'no rule' };
  const decided = follow(rule.action, read);
  return 'missing' in decided
    ? { take: 'undecided', why: `${rule.text}: ${decided.missing}` }
    : { take: decided.take, why: rule.text };
}

/** What an action takes, or what it lacks to tell. */
type Verdict = { readonly take: PlanTake } | { readonly missing: string };

function follow(action: PlanAction, read: PairRead): Verdict {
  switch (action.kind) {
    case 'skip':
      return { take: 'skip' };
    case 'first':
    case 'second':
      return read.sides[action.kind === 'first' ? 0 : 1].state === 'present'
        ? { take: action.kind }
        : { missing: `the ${action.kind} side has nothing; delete removes the other's copy` };
    case 'copy':
    case 'delete':
      if (read.kind !== 'one-sided') return { missing: 'both sides have the key' };
      return { take: action.kind === 'delete' ? 'removal' : read.present };
    case 'longest':
    case 'shortest':
      return byExpiry(action.kind, read.sides);
    case 'higher-version':
      return byVersion(read);
    default:
      return byMember(action.kind, action.path, read.sides);
  }
}

function byMember(wanted: 'newest' | 'oldest', path: JsonPath, sides: Two<SideRead>): Verdict {
  const first = instantAt(sides[0], path);
  const second = instantAt(sides[1], path);
  if (typeof first === 'string') return { missing: `the first side ${first}` };
  if (typeof second === 'string') return { missing: `the second side ${second}` };
  if (first.kind !== second.kind) {
    return {
      missing: `a ${first.kind} on the first side and a ${second.kind} on the second at ${path.text}`,
    };
  }
  const order = compareInstants(first, second);
  if (order === 0) return { missing: `the same on both sides at ${path.text}` };
  return { take: order > 0 === (wanted === 'newest') ? 'first' : 'second' };
}

/** The instant, or why there is none. */
function instantAt(side: SideRead, path: JsonPath): Instant | string {
  if (side.state !== 'present') return 'has nothing';
  let document: unknown;
  try {
    document = JSON.parse(strictUtf8.decode(side.entry.value));
  } catch {
    return 'is not JSON';
  }
  const member = memberAt(document, path);
  if (member === undefined) return `has no ${path.text}`;
  return instantOf(member) ?? `has no number, day or time with a zone at ${path.text}`;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** By the instant at which a lifespan ends, then by the max-idle time. */
function byExpiry(wanted: 'longest' | 'shortest', sides: Two<SideRead>): Verdict {
  const [first, second] = sides;
  if (first.state !== 'present' || second.state !== 'present')
    return { missing: 'only one side has the key' };
  const ends = [expiryInstantMs(first.entry), expiryInstantMs(second.entry)];
  if (ends[0] === undefined || ends[1] === undefined)
    return { missing: 'a side does not tell its expiration' };
  const spans = ends[0] === ends[1] ? [maxIdleOf(first), maxIdleOf(second)] : ends;
  if (spans[0] === spans[1]) return { missing: 'both go away at the same time' };
  return { take: spans[0]! > spans[1]! === (wanted === 'longest') ? 'first' : 'second' };
}

function maxIdleOf(side: Extract<SideRead, { state: 'present' }>): number {
  const { expiration } = side.entry;
  return (expiration.kind === 'mortal' ? expiration.maxIdleMs : undefined) ?? Number.POSITIVE_INFINITY;
}

/** Only counters tell which is higher, and both sides must count. */
function byVersion({ sides, versionsCompared }: PairRead): Verdict {
  const [first, second] = sides;
  if (!versionsCompared) return { missing: 'the versions of these sides cannot be compared' };
  if (first.state !== 'present' || second.state !== 'present')
    return { missing: 'only one side has the key' };
  const counts = [Number(first.entry.version.token), Number(second.entry.version.token)] as const;
  if (!(counts[0] > 0 && counts[1] > 0)) return { missing: 'a version is no counter' };
  if (counts[0] === counts[1]) return { missing: 'the same version on both sides' };
  return { take: counts[0] > counts[1] ? 'first' : 'second' };
}

function beginsWith(key: Uint8Array, prefix: Uint8Array | undefined): boolean {
  if (prefix === undefined) return true;
  return key.length >= prefix.length && prefix.every((byte, at) => key[at] === byte);
}
